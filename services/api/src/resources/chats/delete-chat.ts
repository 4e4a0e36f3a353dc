import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { chatParams } from "./chat-view.ts"

export const deleteChat = route({
  method: "delete",
  path: "/v1/accounts/{id}/chats/{chat}",
  operation: "deleteChat",
  tag: "chats",
  summary: "Remove a chat on the account's devices",
  description: "For the account only. A newer message brings the chat back; Wildcat's message log keeps its messages.",
  scope: ["messages"],
  params: chatParams,
  responses: { 204: { description: "Removed" } },
  errors: [...whatsAppErrors, "conflict"],
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    // A repeated call finds what it asked for.
    const chat = await tenant.chats.find(account, params.chat.jid)
    if (chat !== null) await tenant.sessions.command(account, "chat.delete", { chat: chat.jid })
    return { status: 204 }
  },
})
