import { z } from "zod"
import { EditContent, idSchema } from "@wildcat/shared/contracts"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { send, sendResponses } from "./send.ts"

/** The longest text, every character of it escaped. */
const textBytesMax = 512 * 1024

/** The same as a send of the kind `edit`. */
export const editMessage = route({
  method: "patch",
  path: "/v1/accounts/{id}/messages/{messageId}",
  operation: "editMessage",
  sends: true,
  tag: "messages",
  summary: "Edit a message of the account",
  description:
    "Short for a send of the kind `edit`: another text, or caption, within 15 minutes. Answers with the send; a message that " +
    "still waits is changed where it waits, and answered itself.",
  scope: ["messages"],
  params: z.strictObject({ id: idSchema("account"), messageId: idSchema("message") }),
  body: jsonBody(
    z.strictObject({ text: EditContent.shape.text }).meta({ id: "EditMessage", example: { text: "Hello again" } }),
    textBytesMax,
  ),
  responses: sendResponses,
  errors: ["account_not_running", "account_not_linked", "conflict", "session_unavailable"],
  async handler({ tenant, params: { id, messageId: message }, body, seed, repeated }) {
    const input = { content: { type: "edit" as const, message, text: body.text }, priority: "normal" as const }
    return send(tenant, await tenant.accounts.get(id), { input, seed, repeated, wait: true })
  },
})
