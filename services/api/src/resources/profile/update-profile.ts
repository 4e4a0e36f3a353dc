import { z } from "zod"
import { ProfileView } from "@wildcat/shared/contracts"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"

const ProfilePatch = z
  .strictObject({
    name: z.string().trim().min(1).max(25).optional(),
    about: z.string().max(139).optional().describe("Empty: none"),
  })
  .refine((patch) => Object.keys(patch).length > 0, "must name what is to be set")
  .meta({ id: "ProfilePatch", example: { name: "Corner Shop", about: "Open from nine to six" } })

export const updateProfile = route({
  method: "patch",
  path: "/v1/accounts/{id}/profile",
  operation: "updateProfile",
  tag: "profile",
  summary: "Change an account's name and about text",
  scope: ["accounts"],
  params: accountParams,
  body: jsonBody(ProfilePatch),
  responses: { 200: { description: "The profile now", content: { "application/json": ProfileView } } },
  errors: whatsAppErrors,
  async handler({ tenant, params, body }) {
    const account = await linkedAccount(tenant, params.id)
    await tenant.sessions.command(account, "profile.set", body)
    return { status: 200, body: await tenant.sessions.command(account, "profile.get", {}) }
  },
})
