import { z } from "zod"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { AccountName, AccountView, viewAccount } from "./account-view.ts"

const NewAccount = z
  .strictObject({
    name: AccountName,
    start: z.boolean().default(true).describe("Connect at once; a QR code to scan follows"),
  })
  .meta({ id: "NewAccount", example: { name: "Support" } })

export const createAccount = route({
  method: "post",
  path: "/v1/accounts",
  operation: "createAccount",
  tag: "accounts",
  summary: "Create an account, one WhatsApp number to link",
  scope: ["accounts"],
  body: jsonBody(NewAccount),
  responses: {
    201: {
      description: "Created",
      content: { "application/json": AccountView },
      headers: { location: "Path of the new account" },
    },
  },
  errors: ["account_limit_reached"],
  async handler({ tenant, body, seed }) {
    const account = await tenant.accounts.create(body, seed)
    return { status: 201, headers: { location: `/v1/accounts/${account._id}` }, body: viewAccount(account) }
  },
})
