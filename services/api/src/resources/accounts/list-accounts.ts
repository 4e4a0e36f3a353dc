import { z } from "zod"
import { pageOf, pageQuery } from "../../http/page.ts"
import { route } from "../../http/route.ts"
import { AccountView, viewAccount } from "./account-view.ts"

export const listAccounts = route({
  method: "get",
  path: "/v1/accounts",
  operation: "listAccounts",
  tag: "accounts",
  summary: "List accounts, oldest first",
  scope: ["accounts", "read"],
  query: z.strictObject(pageQuery),
  responses: { 200: { description: "A page", content: { "application/json": pageOf(AccountView) } } },
  errors: [],
  async handler({ tenant, query }) {
    const page = await tenant.accounts.list(query)
    return { status: 200, body: { ...page, items: page.items.map(viewAccount) } }
  },
})
