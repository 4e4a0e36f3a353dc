import { z } from "zod"
import { idSchema } from "@wildcat/shared/contracts"
import { bestOf } from "../../http/accept.ts"
import { invalid, parseHeader } from "../../http/parse-input.ts"
import { route } from "../../http/route.ts"
import { EventPattern } from "../webhooks/webhook-view.ts"

const Position = z
  .string()
  .regex(/^\d{1,15}$/, "must be the id of an event of this stream")
  .transform(Number)

export const streamEvents = route({
  method: "get",
  path: "/v1/events",
  operation: "streamEvents",
  tag: "events",
  summary: "Follow events as they happen (Server-Sent Events)",
  description:
    "`event` is the type, `data` the event as webhooks get it, `id` its position in the log: a client that connects " +
    "again with `Last-Event-ID` misses nothing. A client that does not read is disconnected and may resume.",
  scope: ["events", "read"],
  query: z.strictObject({
    types: z.string().max(500).optional().describe("Only these types, comma separated: `message.*,account.status`"),
    account: idSchema("account").optional().describe("Only events of this account"),
  }),
  responses: { 200: { description: "Events until the client goes", content: { "text/event-stream": null } } },
  errors: ["events_expired", "not_acceptable", "rate_limited"],
  async handler({ tenant, query, header }) {
    bestOf(header("accept"), ["text/event-stream"])
    const types = typesOf(query.types)
    const position = header("last-event-id")
    const after = position === undefined ? null : parseHeader(Position, "last-event-id", position)
    const account = query.account === undefined ? null : await tenant.accounts.get(query.account, "query.account")
    if (after !== null) await tenant.events.checkPosition(after)
    const request = { account: account?._id ?? null, types, after }
    return {
      stream: (response) => tenant.events.follow(request, () => tenant.events.openStream(response)),
    }
  },
})

function typesOf(text: string | undefined): string[] {
  const types = text === undefined ? [] : text.split(",").map((type) => type.trim())
  for (const type of types) {
    if (!EventPattern.safeParse(type).success)
      throw invalid("query.types", `there is no event type ${type.slice(0, 50)}`)
  }
  return types
}
