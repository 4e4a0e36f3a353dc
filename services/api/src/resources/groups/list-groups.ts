import { z } from "zod"
import { GroupView } from "@wildcat/shared/contracts"
import { pageOf, pageQuery } from "../../http/page.ts"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { viewGroup } from "./group-view.ts"

export const listGroups = route({
  method: "get",
  path: "/v1/accounts/{id}/groups",
  operation: "listGroups",
  tag: "groups",
  summary: "List the groups that an account is in",
  description: "From what is stored, which follows WhatsApp: also while the account is not connected.",
  scope: ["messages", "read"],
  params: accountParams,
  query: z.strictObject(pageQuery),
  responses: { 200: { description: "A page", content: { "application/json": pageOf(GroupView) } } },
  errors: [],
  async handler({ tenant, params, query }) {
    const page = await tenant.groups.list(await tenant.accounts.get(params.id), query)
    return { status: 200, body: { ...page, items: page.items.map(viewGroup) } }
  },
})
