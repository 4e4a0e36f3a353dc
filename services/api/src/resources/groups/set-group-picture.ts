import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { pictureBody } from "../picture-body.ts"
import { askAboutGroup } from "./ask-about-group.ts"
import { groupParams } from "./group-view.ts"

export const setGroupPicture = route({
  method: "put",
  path: "/v1/accounts/{id}/groups/{group}/picture",
  operation: "setGroupPicture",
  tag: "groups",
  summary: "Set a group's picture",
  description: "A JPEG of at most 1 MiB, as it shall be shown: WhatsApp's own clients send a square of 640 pixels.",
  scope: ["messages"],
  params: groupParams,
  body: pictureBody,
  responses: { 204: { description: "Set" } },
  errors: [...whatsAppErrors, "not_group_member", "not_group_admin", "media_too_large"],
  async handler({ tenant, params, body }) {
    const account = await linkedAccount(tenant, params.id)
    await askAboutGroup(tenant, account, "group.picture", { group: params.group.jid, media: body })
    return { status: 204 }
  },
})
