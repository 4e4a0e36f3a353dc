import { z } from "zod"
import { idSchema } from "@wildcat/shared/contracts"
import { notFound, route } from "../../http/route.ts"
import { MessageEntry, viewMessage } from "./message-view.ts"

export const getMessage = route({
  method: "get",
  path: "/v1/accounts/{id}/messages/{messageId}",
  operation: "getMessage",
  tag: "messages",
  summary: "Get a message and the state that it is in",
  scope: ["messages", "read"],
  params: z.strictObject({ id: idSchema("account"), messageId: idSchema("message") }),
  responses: { 200: { description: "The message", content: { "application/json": MessageEntry } } },
  errors: [],
  async handler({ tenant, params }) {
    const account = await tenant.accounts.get(params.id)
    const message = await tenant.messages.find(account, params.messageId)
    if (message === null) throw notFound("message", "path.messageId")
    return { status: 200, body: await viewMessage(tenant, account, message) }
  },
})
