import { z } from "zod"
import { WildcatError, idSchema } from "@wildcat/shared/contracts"
import { notFound, route } from "../../http/route.ts"
import { whatsAppErrors } from "../linked-account.ts"
import { hideMessage } from "./hide-message.ts"
import { MessageEntry, viewMessages } from "./message-view.ts"
import { send } from "./send.ts"

const content = { "application/json": MessageEntry }

export const cancelMessage = route({
  method: "delete",
  path: "/v1/accounts/{id}/messages/{messageId}",
  operation: "cancelMessage",
  tag: "messages",
  summary: "Cancel a message that is not sent yet, or remove one for everyone",
  description:
    "With `for=everyone` it is short for a send of the kind `delete`, and answers with that send. With `for=me` the account's own devices remove it; others keep it, and so does this log. Without: one that is on its way or was sent is 409 `conflict`: send a `delete` for it, which removes it for everyone. `message.status` " +
    "tells that it is cancelled; while no worker owns the account (it is stopped), when one does again.",
  scope: ["messages"],
  params: z.strictObject({ id: idSchema("account"), messageId: idSchema("message") }),
  query: z.strictObject({
    for: z
      .enum(["everyone", "me"])
      .optional()
      .describe("Remove it also when it was sent or received: for everyone, or on the account's own devices"),
  }),
  responses: {
    201: { description: "WhatsApp's server has the removal", content },
    200: { description: "It is cancelled and will not be sent, or the account's devices have removed it", content },
    202: {
      description:
        "The account's worker cannot be reached: it cancels the message as soon as it can, unless it is on its way already. " +
        "Its `status` tells",
      content,
    },
  },
  errors: [...whatsAppErrors, "conflict"],
  async handler({ tenant, params, query, seed, repeated }) {
    const account = await tenant.accounts.get(params.id)
    if (query.for === "everyone") {
      const input = { content: { type: "delete" as const, message: params.messageId }, priority: "normal" as const }
      return send(tenant, account, { input, seed, repeated, wait: true })
    }
    if (query.for === "me") return { status: 200, body: await hideMessage(tenant, account, params.messageId) }
    const outcome = await tenant.outbox.cancel(account, params.messageId)
    const message = await tenant.messages.find(account, params.messageId)
    if (message === null) throw notFound("message", "path.messageId")
    if (outcome === "too-late" || outcome === "unknown") {
      throw new WildcatError("conflict", {
        field: "path.messageId",
        detail: "the message is on its way, was sent or has ended otherwise: it cannot be cancelled any more",
      })
    }
    const [view] = await viewMessages(tenant, account, [message])
    if (outcome === "wanted") return { status: 202, body: view }
    // The worker's word is durable; the outbox shows it a moment later.
    return { status: 200, body: { ...view, status: "cancelled", ack: -1 } }
  },
})
