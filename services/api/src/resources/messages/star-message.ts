import { z } from "zod"
import { idSchema } from "@wildcat/shared/contracts"
import type { CommandRequest } from "@wildcat/shared/contracts"
import { notFound, route } from "../../http/route.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"

const common = {
  path: "/v1/accounts/{id}/messages/{messageId}/star",
  tag: "messages",
  scope: ["messages"],
  params: z.strictObject({ id: idSchema("account"), messageId: idSchema("message") }),
  errors: [...whatsAppErrors, "conflict"],
} as const

export const starMessage = route({
  ...common,
  method: "put",
  operation: "starMessage",
  summary: "Mark a message with a star, on all devices of the account",
  responses: { 204: { description: "Starred" } },
  async handler({ tenant, params }) {
    await star(tenant, params.id, { message: params.messageId, starred: true })
    return { status: 204 }
  },
})

export const unstarMessage = route({
  ...common,
  method: "delete",
  operation: "unstarMessage",
  summary: "Take the star from a message",
  responses: { 204: { description: "No longer starred" } },
  async handler({ tenant, params }) {
    await star(tenant, params.id, { message: params.messageId, starred: false })
    return { status: 204 }
  },
})

async function star(tenant: TenantAccess, id: string, request: CommandRequest<"message.star">): Promise<void> {
  const account = await linkedAccount(tenant, id)
  const found = await tenant.messages.find(account, request.message)
  if (found?.kind !== "logged") throw notFound("message", "path.messageId")
  if ((found.doc.starred ?? false) !== request.starred) await tenant.sessions.command(account, "message.star", request)
}
