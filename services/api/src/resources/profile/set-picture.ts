import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { pictureBody } from "../picture-body.ts"
import { withPicture } from "../with-picture.ts"

export const setProfilePicture = route({
  method: "put",
  path: "/v1/accounts/{id}/profile/picture",
  operation: "setProfilePicture",
  tag: "profile",
  summary: "Set an account's picture",
  description: "A JPEG, PNG or WebP; its middle square is shown, as a JPEG of 640 pixels.",
  scope: ["accounts"],
  params: accountParams,
  body: pictureBody,
  responses: { 204: { description: "Set" } },
  errors: [...whatsAppErrors, "media_too_large", "unsupported_media_type"],
  async handler({ tenant, params, body }) {
    const account = await linkedAccount(tenant, params.id)
    await withPicture(tenant, body, (media) => tenant.sessions.command(account, "profile.picture", { media }))
    return { status: 204 }
  },
})
