import { z } from "zod"
import { ReactionContent, idSchema } from "@wildcat/shared/contracts"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { send, sendResponses } from "./send.ts"

const params = z.strictObject({ id: idSchema("account"), messageId: idSchema("message") })
const common = {
  path: "/v1/accounts/{id}/messages/{messageId}/reaction",
  tag: "messages",
  scope: ["messages"],
  params,
  responses: sendResponses,
  errors: ["account_not_running", "account_not_linked", "conflict"],
} as const

/** The same as a send of the kind `reaction`. */
export const reactToMessage = route({
  ...common,
  method: "put",
  operation: "reactToMessage",
  sends: true,
  summary: "React to a message",
  description: "Short for a send of the kind `reaction`; it replaces the reaction before. Answers with the send.",
  body: jsonBody(
    z
      .strictObject({ emoji: ReactionContent.shape.emoji.min(1).describe("One emoji") })
      .meta({ id: "React", example: { emoji: "👍" } }),
  ),
  async handler({ tenant, params: { id, messageId: message }, body, seed, repeated }) {
    const input = { content: { type: "reaction" as const, message, emoji: body.emoji }, priority: "normal" as const }
    return send(tenant, await tenant.accounts.get(id), { input, seed, repeated, wait: true })
  },
})

export const takeReactionBack = route({
  ...common,
  method: "delete",
  operation: "takeReactionBack",
  sends: true,
  summary: "Take a reaction back",
  description: "Short for a send of the kind `reaction` without an emoji. Answers with the send.",
  async handler({ tenant, params: { id, messageId: message }, seed, repeated }) {
    const input = { content: { type: "reaction" as const, message, emoji: "" }, priority: "normal" as const }
    return send(tenant, await tenant.accounts.get(id), { input, seed, repeated, wait: true })
  },
})
