import { route } from "../../http/route.ts"
import { AccountView, accountParams, viewAccount } from "./account-view.ts"

export const startAccount = route({
  method: "post",
  path: "/v1/accounts/{id}/start",
  operation: "startAccount",
  tag: "accounts",
  summary: "Connect an account, now and whenever it is disconnected",
  description: "An account whose QR code expired or that was logged out gets a new QR code.",
  scope: ["accounts"],
  params: accountParams,
  responses: {
    202: { description: "A worker will connect it", content: { "application/json": AccountView } },
  },
  errors: [],
  async handler({ tenant, params }) {
    return { status: 202, body: viewAccount(await tenant.accounts.setDesired(params.id, "running")) }
  },
})
