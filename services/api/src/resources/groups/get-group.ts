import { z } from "zod"
import { notFound, route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { askAboutGroup } from "./ask-about-group.ts"
import { GroupWithMembers, groupParams, viewGroupWithMembers } from "./group-view.ts"

export const getGroup = route({
  method: "get",
  path: "/v1/accounts/{id}/groups/{group}",
  operation: "getGroup",
  tag: "groups",
  summary: "Get a group with its members",
  description: "A group that the account has left is shown as it was then, with `role` null.",
  scope: ["messages", "read"],
  params: groupParams,
  query: z.strictObject({
    refresh: z.enum(["true", "false"]).default("false").describe("Ask WhatsApp now instead of showing what is stored"),
  }),
  responses: { 200: { description: "The group", content: { "application/json": GroupWithMembers } } },
  errors: [...whatsAppErrors, "not_group_member"],
  async handler({ tenant, params, query }) {
    if (query.refresh === "true") {
      const account = await linkedAccount(tenant, params.id)
      const { group, members } = await askAboutGroup(tenant, account, "group.get", { group: params.group.jid })
      return { status: 200, body: { ...group, participants: members } }
    }
    const account = await tenant.accounts.get(params.id)
    const group = await tenant.groups.find(account, params.group.jid)
    if (group === null) throw notFound("group", "path.group")
    return { status: 200, body: viewGroupWithMembers(account, group) }
  },
})
