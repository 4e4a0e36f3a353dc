import type { ErrorCode } from "@wildcat/shared/contracts"
import type { AccountDoc } from "@wildcat/shared/store"
import type { TenantAccess } from "../tenant/tenant-access.ts"
import { assertMaySend } from "./messages/may-send.ts"

/** An account of which WhatsApp can be asked. Throws `not_found`, `account_not_running` or `account_not_linked`. */
export async function linkedAccount(tenant: TenantAccess, id: string): Promise<AccountDoc> {
  const account = await tenant.accounts.get(id)
  assertMaySend(account)
  return account
}

/** What every call can meet that asks WhatsApp. */
export const whatsAppErrors = [
  "account_not_running",
  "account_not_linked",
  "session_unavailable",
  "session_not_connected",
  "session_timeout",
  "refused_by_whatsapp",
  "rate_limited",
] as const satisfies readonly ErrorCode[]
