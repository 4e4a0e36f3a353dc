import type { WildcatEvent } from "@wildcat/shared/contracts"
import { publishEvent } from "@wildcat/shared/bus"
import type { AccountDoc } from "@wildcat/shared/store"
import { statusEvent } from "@wildcat/shared/testing"
import type { TestApi } from "./test-api.ts"

/** Publishes an event of an account, `account.status` unless said otherwise, as a worker would. */
export async function publishStatus(
  api: Pick<TestApi, "bus">,
  account: Pick<AccountDoc, "_id" | "tenant">,
  change: { type?: string; data?: object } = {},
): Promise<WildcatEvent> {
  // Tests also publish types by name alone.
  const event = { ...statusEvent(account.tenant, account._id), ...change } as WildcatEvent & { account: string }
  await publishEvent(api.bus, event)
  return event
}
