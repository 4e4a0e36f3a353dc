import { z } from "zod"
import { PrivacyView, privacySettings } from "@wildcat/shared/contracts"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"

const PrivacyPatch = z
  .strictObject(privacySettings)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, "must name what is to be set")
  .meta({ id: "PrivacyPatch", example: { lastSeen: "contacts", readReceipts: "none" } })

export const updatePrivacy = route({
  method: "patch",
  path: "/v1/accounts/{id}/privacy",
  operation: "updatePrivacy",
  tag: "profile",
  summary: "Change an account's privacy settings",
  scope: ["accounts"],
  params: accountParams,
  body: jsonBody(PrivacyPatch),
  responses: { 200: { description: "The settings now", content: { "application/json": PrivacyView } } },
  errors: whatsAppErrors,
  async handler({ tenant, params, body }) {
    const account = await linkedAccount(tenant, params.id)
    return { status: 200, body: await tenant.sessions.command(account, "privacy.set", { set: body }) }
  },
})
