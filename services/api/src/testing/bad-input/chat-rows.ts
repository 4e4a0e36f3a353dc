import { asked, badJson, badPage, wrong } from "./bad.ts"
import type { Rows } from "./bad.ts"

const changes = (body: object, field: string) => wrong(`changes with a bad ${field}`, body, field)

/** Bad input of the routes about chats. */
export const chatRows: Rows = {
  listChats: [
    ...badPage,
    asked("archived no boolean", "archived=yes", "query.archived"),
    asked("unread no boolean", "unread=1", "query.unread"),
    asked("unknown kind", "kind=status", "query.kind"),
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
