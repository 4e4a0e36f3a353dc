import { z } from "zod"
import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { chatOf, chatParams } from "./chat-view.ts"

const ReadMessages = z
  .object({ messages: z.number().int().describe("Messages whose writers were told") })
  .meta({ id: "ReadMessages", example: { messages: 2 } })

export const readChat = route({
  method: "post",
  path: "/v1/accounts/{id}/chats/{chat}/read",
  operation: "readChat",
  tag: "chats",
  summary: "Mark all messages of a chat as read",
  description: "Their writers see it, unless the account's privacy settings keep it from them.",
  scope: ["messages"],
  params: chatParams,
  responses: { 200: { description: "Read", content: { "application/json": ReadMessages } } },
  errors: [...whatsAppErrors, "conflict"],
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    const { jid } = await chatOf(tenant, account, params.chat.jid)
    return { status: 200, body: await tenant.sessions.command(account, "chat.read", { chat: jid }) }
  },
})
