import { z } from "zod"
import { openSse } from "../../events/sse-transport.ts"
import { bestOf } from "../../http/accept.ts"
import { route } from "../../http/route.ts"
import { eventQuery, typesOf } from "./event-query.ts"

const EventPage = z
  .object({
    items: z.array(z.looseObject({ id: z.string(), type: z.string() }).describe("An event as webhooks get it")),
    nextCursor: z.string().describe("Ask for what follows with it, also when there is nothing yet"),
    hasMore: z.boolean().describe("True when more is in the log already; a page may hold fewer than `limit`, or none"),
  })
  .meta({ id: "EventPage", example: { items: [], nextCursor: "MS5tYjR0cS4y", hasMore: false } })

export const streamEvents = route({
  method: "get",
  path: "/v1/events",
  operation: "streamEvents",
  tag: "events",
  summary: "Read the event log, or follow events as they happen (Server-Sent Events, WebSocket)",
  description:
    "With `Accept: application/json` (the default) one page of the log. With `Accept: text/event-stream` events until the " +
    "client goes: `event` is the type, `data` the event as webhooks get it, `id` its cursor; a client that connects again " +
    "with `Last-Event-ID` misses and repeats nothing. With `Upgrade: websocket` the same as messages " +
    "`{kind: event, cursor, event}`; see docs/taps.md. A client that does not read is told its cursor and disconnected. " +
    "Without `after` a page begins at the oldest event, a stream with what is to come. A cursor older than the log is 410 " +
    "with `oldestCursor`.",
  scope: ["events", "read"],
  query: eventQuery,
  responses: {
    200: {
      description: "A page of events, or events until the client goes",
      content: { "application/json": EventPage, "text/event-stream": null },
    },
  },
  errors: ["events_expired", "not_acceptable", "rate_limited"],
  async handler({ tenant, query, header }) {
    const form = bestOf(header("accept"), ["application/json", "text/event-stream"])
    const types = typesOf(query.types)
    const account = query.account === undefined ? null : await tenant.accounts.get(query.account, "query.account")
    const request = { account: account?._id ?? null, types }
    if (form === "application/json") {
      const from = await tenant.events.placeOf({ after: query.after ?? "oldest", field: "query.after" })
      const { events, cursor, complete } = await tenant.events.list({ ...request, from, limit: query.limit })
      return { status: 200, body: pageJson(events, { nextCursor: cursor, hasMore: !complete }) }
    }
    const from = await tenant.events.placeOf(startOf(query.after, header("last-event-id")))
    return { stream: (response) => tenant.events.follow({ ...request, from }, () => openSse(response)) }
  },
})

/** A browser that comes back repeats its first URL: what it has seen since says more. */
function startOf(after: string | undefined, lastEventId: string | undefined) {
  if (lastEventId !== undefined && lastEventId !== "") return { after: lastEventId, field: "header.last-event-id" }
  return { after: after ?? "latest", field: "query.after" }
}

/** Events as they were published, to the byte: they are not parsed on the way. */
function pageJson(events: readonly { json: string }[], rest: { nextCursor: string; hasMore: boolean }): Buffer {
  const { nextCursor, hasMore } = rest
  const items = events.map(({ json }) => json).join(",")
  return Buffer.from(`{"items":[${items}],"nextCursor":${JSON.stringify(nextCursor)},"hasMore":${hasMore}}`)
}
