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
  const event = {
    specversion: "1.0",
    id: newId("event"),
    source: `/accounts/${account._id}`,
    type: "account.status",
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    tenant: account.tenant,
    account: account._id,
    sequence: 1,
    data: { status: "connected", reason: null, me: null },
    ...change,
  } as const
  // Tests also publish types by name alone.
  await publishEvent(api.bus, event as WildcatEvent & { account: string })
  return event as WildcatEvent
}
