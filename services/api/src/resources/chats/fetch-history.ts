import { z } from "zod"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { chatOf, chatParams } from "./chat-view.ts"

const HistoryWanted = z
  .strictObject({ count: z.number().int().min(1).max(500).default(50).describe("How many messages at most") })
  .meta({ id: "HistoryWanted", example: { count: 50 } })

const HistoryAsked = z
  .object({ before: z.iso.datetime().describe("Time of the oldest message that was stored when the phone was asked") })
  .meta({ id: "HistoryAsked", example: { before: "2026-11-24T10:00:00.000Z" } })

export const fetchHistory = route({
  method: "post",
  path: "/v1/accounts/{id}/chats/{chat}/history",
  operation: "fetchHistory",
  tag: "chats",
  summary: "Ask the phone for older messages of a chat",
  description:
    "The phone answers when it is online: the messages are stored and `history.synced` tells how many. They are not told as " +
    "`message.received`. HISTORY_DAYS does not limit what is asked for here.",
  scope: ["messages"],
  params: chatParams,
  body: jsonBody(HistoryWanted),
  responses: { 202: { description: "Asked for", content: { "application/json": HistoryAsked } } },
  errors: [...whatsAppErrors, "conflict"],
  async handler({ tenant, params, body }) {
    const account = await linkedAccount(tenant, params.id)
    const { jid } = await chatOf(tenant, account, params.chat.jid)
    const asked = await tenant.sessions.command(account, "chat.history", { chat: jid, count: body.count })
    return { status: 202, body: asked }
  },
})
