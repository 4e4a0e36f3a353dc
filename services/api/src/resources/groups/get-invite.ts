import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { askAboutGroup } from "./ask-about-group.ts"
import { Invite, groupParams, viewInvite } from "./group-view.ts"

export const getGroupInvite = route({
  method: "get",
  path: "/v1/accounts/{id}/groups/{group}/invite",
  operation: "getGroupInvite",
  tag: "groups",
  summary: "Get a group's invite code and link",
  description: "Whoever has it may join, so a key that only reads does not get it.",
  scope: ["messages"],
  params: groupParams,
  responses: { 200: { description: "The invite", content: { "application/json": Invite } } },
  errors: [...whatsAppErrors, "not_group_member", "not_group_admin"],
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    const { code } = await askAboutGroup(tenant, account, "group.invite", { group: params.group.jid, renew: false })
    return { status: 200, body: viewInvite(code) }
  },
})
