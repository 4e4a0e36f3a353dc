import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { pictureBody } from "../picture-body.ts"

export const setProfilePicture = route({
  method: "put",
  path: "/v1/accounts/{id}/profile/picture",
  operation: "setProfilePicture",
  tag: "profile",
  summary: "Set an account's picture",
  description: "A JPEG of at most 1 MiB, as it shall be shown: WhatsApp's own clients send a square of 640 pixels.",
  scope: ["accounts"],
  params: accountParams,
  body: pictureBody,
  responses: { 204: { description: "Set" } },
  errors: [...whatsAppErrors, "media_too_large"],
  async handler({ tenant, params, body }) {
    const account = await linkedAccount(tenant, params.id)
    await tenant.sessions.command(account, "profile.picture", { media: body })
    return { status: 204 }
  },
})
