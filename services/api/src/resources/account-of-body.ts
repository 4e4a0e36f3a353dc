import { notFound } from "../http/route.ts"
import type { TenantAccess } from "../tenant/tenant-access.ts"

/**
 * The account that a body names for something to be limited to; that of the key when it is bound to one. Throws `not_found`
 * naming `account` when the caller has no such account.
 */
export async function accountOfBody(tenant: TenantAccess, account: string | null | undefined): Promise<string | null> {
  if (account === undefined || account === null) {
    // A bound key cannot make something that sees more than itself.
    if (account === null && tenant.boundTo !== null) throw notFound("account", "account")
    return tenant.boundTo
  }
  return (await tenant.accounts.get(account, "account"))._id
}
