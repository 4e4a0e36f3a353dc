import { z } from "zod"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { maySend } from "./may-send.ts"
import { send, sendResponses } from "./send.ts"
import { sendBody } from "./send-body.ts"

export const sendMessage = route({
  method: "post",
  path: "/v1/accounts/{id}/messages",
  operation: "sendMessage",
  sends: true,
  tag: "messages",
  summary: "Send a message",
  description:
    "The message is stored before anything is answered, and then sent, also when a process dies meanwhile or the account " +
    "is disconnected for a while. `message.status` events and `GET …/messages/{messageId}` tell how it goes on.",
  scope: ["messages"],
  params: accountParams,
  query: z.strictObject({
    wait: z
      .enum(["true", "false"])
      .default("true")
      .describe("Answer when WhatsApp's server has the message, at most 15 s later; or at once"),
  }),
  body: sendBody,
  responses: sendResponses,
  errors: [
    "account_not_running",
    "account_not_linked",
    "media_too_large",
    "media_not_fetched",
    "address_not_allowed",
    "not_supported",
  ],
  async handler({ tenant, params, query, body, seed, repeated }) {
    const known = tenant.accounts.known(params.id)
    // A refusal is never from memory.
    const account = known !== null && maySend(known) ? known : await tenant.accounts.get(params.id)
    return send(tenant, account, { input: body, seed, repeated, wait: query.wait === "true" })
  },
})
