import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { askAboutGroup } from "./ask-about-group.ts"
import { groupParams } from "./group-view.ts"

export const deleteGroupPicture = route({
  method: "delete",
  path: "/v1/accounts/{id}/groups/{group}/picture",
  operation: "deleteGroupPicture",
  tag: "groups",
  summary: "Remove a group's picture",
  scope: ["messages"],
  params: groupParams,
  responses: { 204: { description: "Removed" } },
  errors: [...whatsAppErrors, "not_group_member", "not_group_admin"],
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    await askAboutGroup(tenant, account, "group.picture", { group: params.group.jid, media: null })
    return { status: 204 }
  },
})
