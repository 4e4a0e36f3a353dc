import { z } from "zod"
import { AddressInput, ChatPresence, idSchema } from "@wildcat/shared/contracts"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"

const params = z.strictObject({
  id: idSchema("account"),
  chat: AddressInput.refine(
    ({ kind }) => kind === "user" || kind === "lid" || kind === "group",
    "must be a person or a group",
  ),
})

const NewChatPresence = z
  .strictObject({ presence: ChatPresence })
  .meta({ id: "ChatPresence", example: { presence: "composing" } })

export const setChatPresence = route({
  method: "put",
  path: "/v1/accounts/{id}/chats/{chat}/presence",
  operation: "setChatPresence",
  tag: "presence",
  summary: "Show in a chat that the account is typing, recording, or not any more",
  description: "WhatsApp shows it for some seconds: repeat it while it lasts.",
  scope: ["messages"],
  params,
  body: jsonBody(NewChatPresence),
  responses: { 204: { description: "Told" } },
  errors: whatsAppErrors,
  async handler({ tenant, params: { id, chat }, body }) {
    const account = await linkedAccount(tenant, id)
    await tenant.sessions.command(account, "presence.chat", { chat: chat.jid, presence: body.presence })
    return { status: 204 }
  },
})
