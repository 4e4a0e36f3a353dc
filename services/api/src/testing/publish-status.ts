import { newId } from "@wildcat/shared/contracts"
import type { WildcatEvent } from "@wildcat/shared/contracts"
import { publishEvent } from "@wildcat/shared/bus"
import type { AccountDoc } from "@wildcat/shared/store"
import type { TestApi } from "./test-api.ts"

/** Publishes an event of an account, `account.status` unless said otherwise, as a worker would. */
export async function publishStatus(
  api: Pick<TestApi, "bus">,
  account: Pick<AccountDoc, "_id" | "tenant">,
  change: { type?: string; data?: object } = {},
): Promise<WildcatEvent> {
  // Tests also publish types by name alone.
  const event = { ...statusEvent(account), ...change } as WildcatEvent & { account: string }
  await publishEvent(api.bus, event)
  return event
}

/** The event that an account is connected. */
export function statusEvent({ _id: account, tenant }: Pick<AccountDoc, "_id" | "tenant">, sequence = 1): WildcatEvent {
  return {
    specversion: "1.0",
    id: newId("event"),
    source: `/accounts/${account}`,
    type: "account.status",
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    tenant,
    account,
    sequence,
    data: { status: "connected", reason: null, me: null },
  }
}
