import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { askAboutGroup } from "./ask-about-group.ts"
import { Invite, groupParams, viewInvite } from "./group-view.ts"

export const revokeGroupInvite = route({
  method: "post",
  path: "/v1/accounts/{id}/groups/{group}/invite/revoke",
  operation: "revokeGroupInvite",
  tag: "groups",
  summary: "Replace a group's invite: the old link leads nowhere any more",
  scope: ["messages"],
  params: groupParams,
  responses: { 200: { description: "The new invite", content: { "application/json": Invite } } },
  errors: [...whatsAppErrors, "not_group_member", "not_group_admin"],
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    const { code } = await askAboutGroup(tenant, account, "group.invite", { group: params.group.jid, renew: true })
    return { status: 200, body: viewInvite(code) }
  },
})
