import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { askAboutGroup } from "./ask-about-group.ts"
import { groupParams } from "./group-view.ts"

export const leaveGroup = route({
  method: "post",
  path: "/v1/accounts/{id}/groups/{group}/leave",
  operation: "leaveGroup",
  tag: "groups",
  summary: "Leave a group",
  scope: ["messages"],
  params: groupParams,
  responses: { 204: { description: "Left" } },
  errors: [...whatsAppErrors, "not_group_member"],
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    await askAboutGroup(tenant, account, "group.leave", { group: params.group.jid })
    return { status: 204 }
  },
})
