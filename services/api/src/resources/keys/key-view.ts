import { z } from "zod"
import { idSchema } from "@wildcat/shared/contracts"
import { scopes } from "@wildcat/shared/store"
import type { KeyView as StoredView } from "../../tenant/keys.ts"

export const KeyScope = z
  .enum(scopes)
  .describe("`admin` may do everything; `read` all reading but QR codes; the others what their name says")
  .meta({ id: "Scope" })

const example = {
  id: "key_01JDGZ8Q4W0000000000000000",
  name: "CRM",
  scopes: ["messages", "read"],
  account: null,
  createdAt: "2026-11-24T10:00:00.000Z",
  expiresAt: null,
  revokedAt: null,
}

export const KeyView = z
  .object({
    id: idSchema("apiKey"),
    name: z.string(),
    scopes: z.array(KeyScope),
    account: idSchema("account").nullable().describe("Set: the key works for this account only"),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "ApiKey", example })

export const CreatedKey = KeyView.extend({ key: z.string().describe("The key itself. Shown this once") }).meta({
  id: "CreatedApiKey",
  example: { ...example, key: "wc_01JDGZ8Q4W0000000000000000_…" },
})

export function viewKey(key: StoredView) {
  return {
    id: key._id,
    name: key.name,
    scopes: key.scopes,
    account: key.account,
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
  }
}
