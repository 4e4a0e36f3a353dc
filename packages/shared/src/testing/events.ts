import { newId } from "../contracts/index.ts"
import type { WildcatEvent } from "../contracts/index.ts"

/** What an event of any type has beside its type, sequence and data. */
export function envelope(tenant: string, account: string) {
  return {
    specversion: "1.0",
    id: newId("event"),
    source: `/accounts/${account}`,
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    tenant,
    account,
  } as const
}

/** The event that an account is connected. */
export function statusEvent(
  tenant: string,
  account = newId("account"),
  sequence = 1,
): Extract<WildcatEvent, { type: "account.status" }> & { account: string } {
  const data = { status: "connected", reason: null, me: null } as const
  return { ...envelope(tenant, account), type: "account.status", sequence, data }
}
