import { route } from "../../http/route.ts"
import { chatOf, chatParams, chatResponse, viewChat } from "./chat-view.ts"

export const getChat = route({
  method: "get",
  path: "/v1/accounts/{id}/chats/{chat}",
  operation: "getChat",
  tag: "chats",
  summary: "Get a chat",
  scope: ["messages", "read"],
  params: chatParams,
  responses: chatResponse,
  errors: [],
  async handler({ tenant, params }) {
    return { status: 200, body: viewChat(await chatOf(tenant, await tenant.accounts.get(params.id), params.chat.jid)) }
  },
})
