import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { chatOf, chatParams, chatResponse, viewChat } from "./chat-view.ts"

export const clearChat = route({
  method: "post",
  path: "/v1/accounts/{id}/chats/{chat}/clear",
  operation: "clearChat",
  tag: "chats",
  summary: "Remove all messages of a chat on the account's devices",
  description: "For the account only; others keep theirs. Wildcat's own message log keeps them, too.",
  scope: ["messages"],
  params: chatParams,
  responses: chatResponse,
  errors: [...whatsAppErrors, "conflict"],
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    const { jid } = await chatOf(tenant, account, params.chat.jid)
    await tenant.sessions.command(account, "chat.clear", { chat: jid })
    return { status: 200, body: viewChat(await chatOf(tenant, account, jid)) }
  },
})
