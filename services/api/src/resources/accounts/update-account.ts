import { z } from "zod"
import { AccountPacing } from "@wildcat/shared/contracts"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { AccountName, AccountView, accountParams, viewAccount } from "./account-view.ts"

const AccountChanges = z
  .strictObject({
    name: AccountName,
    pacing: AccountPacing.describe(
      "How fast it writes: `off`, null for the installation's default, or limits of its own; what they do not name is as by " +
        "default. Replaces the settings before",
    ),
  })
  .partial()
  .meta({ id: "AccountChanges", example: { name: "Support", pacing: "off" } })

export const updateAccount = route({
  method: "patch",
  path: "/v1/accounts/{id}",
  operation: "updateAccount",
  tag: "accounts",
  summary: "Change an account; what is not named stays",
  scope: ["accounts"],
  params: accountParams,
  body: jsonBody(AccountChanges),
  responses: { 200: { description: "Changed", content: { "application/json": AccountView } } },
  errors: [],
  async handler({ tenant, params, body: { name, pacing } }) {
    const changes = { ...(name === undefined ? {} : { name }), ...(pacing === undefined ? {} : { pacing }) }
    return { status: 200, body: viewAccount(await tenant.accounts.update(params.id, changes)) }
  },
})
