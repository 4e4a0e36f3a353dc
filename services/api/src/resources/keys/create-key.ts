import { z } from "zod"
import { idSchema } from "@wildcat/shared/contracts"
import { jsonBody } from "../../http/body-reader.ts"
import { invalid } from "../../http/parse-input.ts"
import { route } from "../../http/route.ts"
import { accountOfBody } from "../account-of-body.ts"
import { CreatedKey, KeyScope, viewKey } from "./key-view.ts"

const NewKey = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    scopes: z.array(KeyScope).min(1).max(10),
    account: idSchema("account").nullable().optional().describe("The key works for this account only"),
    expiresAt: z.iso.datetime().nullable().default(null).describe("From when on the key is refused"),
  })
  .meta({ id: "NewApiKey", example: { name: "CRM", scopes: ["messages", "read"] } })

export const createKey = route({
  method: "post",
  path: "/v1/keys",
  operation: "createKey",
  tag: "keys",
  summary: "Make an API key",
  scope: ["admin"],
  body: jsonBody(NewKey),
  responses: { 201: { description: "Made", content: { "application/json": CreatedKey } } },
  errors: ["limit_reached"],
  async handler({ tenant, body, seed }) {
    const expiresAt = body.expiresAt === null ? null : new Date(body.expiresAt)
    if (expiresAt && expiresAt.getTime() <= Date.now()) throw invalid("expiresAt", "must lie in the future")
    const account = await accountOfBody(tenant, body.account)
    const settings = { name: body.name, scopes: [...new Set(body.scopes)], account, expiresAt }
    const { key, ...made } = await tenant.keys.create(settings, seed)
    return { status: 201, body: { ...viewKey(made), key } }
  },
})
