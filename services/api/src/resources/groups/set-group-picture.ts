import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { pictureBody } from "../picture-body.ts"
import { withPicture } from "../with-picture.ts"
import { askAboutGroup } from "./ask-about-group.ts"
import { groupParams } from "./group-view.ts"

export const setGroupPicture = route({
  method: "put",
  path: "/v1/accounts/{id}/groups/{group}/picture",
  operation: "setGroupPicture",
  tag: "groups",
  summary: "Set a group's picture",
  description: "A JPEG, PNG or WebP; its middle square is shown, as a JPEG of 640 pixels.",
  scope: ["messages"],
  params: groupParams,
  body: pictureBody,
  responses: { 204: { description: "Set" } },
  errors: [...whatsAppErrors, "not_group_member", "not_group_admin", "media_too_large", "unsupported_media_type"],
  async handler({ tenant, params, body }) {
    const account = await linkedAccount(tenant, params.id)
    await withPicture(tenant, body, (media) =>
      askAboutGroup(tenant, account, "group.picture", { group: params.group.jid, media }),
    )
    return { status: 204 }
  },
})
