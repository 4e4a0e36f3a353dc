import type { CallOptions } from "../test-api.ts"

type Row = [what: string, call: CallOptions & { query?: string }, status: number, code: string, field?: string]

/** Bad input of the routes about chats. */
export function chatRows(badPage: Row[], badJson: Row[]): Record<string, Row[]> {
  const changes = (body: object, field: string): Row => [
    `changes with a bad ${field}`,
    { body },
    400,
    "invalid_request",
    field,
  ]
  return {
    listChats: [
      ...badPage,
      ["archived no boolean", { query: "archived=yes" }, 400, "invalid_request", "query.archived"],
      ["unread no boolean", { query: "unread=1" }, 400, "invalid_request", "query.unread"],
      ["unknown kind", { query: "kind=status" }, 400, "invalid_request", "query.kind"],
    ],
    getChat: [["unknown chat", {}, 404, "not_found", "path.chat"]],
    updateChat: [
      ...badJson,
      changes({ archived: "yes" }, "archived"),
      changes({ pinned: 1 }, "pinned"),
      changes({ muted: "long" }, "muted"),
      changes({ muted: true, mutedUntil: null }, "muted"),
      changes({ mutedUntil: "tomorrow" }, "mutedUntil"),
      changes({ read: null }, "read"),
      changes({ ephemeralSeconds: 60 }, "ephemeralSeconds"),
    ],
    readChat: [],
    clearChat: [],
    deleteChat: [],
    fetchHistory: [...badJson, changes({ count: 0 }, "count"), changes({ count: 501 }, "count")],
    starMessage: [],
    unstarMessage: [],
  }
}
