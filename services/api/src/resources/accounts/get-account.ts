import { route } from "../../http/route.ts"
import { AccountView, accountParams, viewAccount } from "./account-view.ts"

export const getAccount = route({
  method: "get",
  path: "/v1/accounts/{id}",
  operation: "getAccount",
  tag: "accounts",
  summary: "Get an account and its status",
  scope: ["accounts", "read"],
  params: accountParams,
  responses: { 200: { description: "The account", content: { "application/json": AccountView } } },
  errors: [],
  handler: async ({ tenant, params }) => ({ status: 200, body: viewAccount(await tenant.accounts.get(params.id)) }),
})
