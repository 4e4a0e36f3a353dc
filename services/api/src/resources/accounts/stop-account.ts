import { route } from "../../http/route.ts"
import { AccountView, accountParams, viewAccount } from "./account-view.ts"

export const stopAccount = route({
  method: "post",
  path: "/v1/accounts/{id}/stop",
  operation: "stopAccount",
  tag: "accounts",
  summary: "Disconnect an account; it stays linked",
  scope: ["accounts"],
  params: accountParams,
  responses: {
    202: { description: "Its worker will disconnect it", content: { "application/json": AccountView } },
  },
  errors: [],
  async handler({ tenant, params }) {
    return { status: 202, body: viewAccount(await tenant.accounts.setDesired(params.id, "stopped")) }
  },
})
