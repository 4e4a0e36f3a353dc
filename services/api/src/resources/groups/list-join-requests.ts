import { z } from "zod"
import { Person } from "@wildcat/shared/contracts"
import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { askAboutGroup } from "./ask-about-group.ts"
import { groupParams } from "./group-view.ts"

const JoinRequests = z.object({ items: z.array(z.object({ person: Person, at: z.iso.datetime().nullable() })) })

export const listJoinRequests = route({
  method: "get",
  path: "/v1/accounts/{id}/groups/{group}/join-requests",
  operation: "listJoinRequests",
  tag: "groups",
  summary: "List who asks to join a group",
  scope: ["messages", "read"],
  params: groupParams,
  responses: { 200: { description: "All of them", content: { "application/json": JoinRequests } } },
  errors: [...whatsAppErrors, "not_group_member", "not_group_admin"],
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    const { requests } = await askAboutGroup(tenant, account, "group.requests", { group: params.group.jid })
    return { status: 200, body: { items: requests } }
  },
})
