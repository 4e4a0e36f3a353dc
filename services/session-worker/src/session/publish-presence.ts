import { publishLive } from "@wildcat/shared/bus"
import type { Bus } from "@wildcat/shared/bus"
import { newId } from "@wildcat/shared/contracts"
import type { LiveEventData } from "@wildcat/shared/contracts"

/** Tells who comes, goes and types, to whoever listens now. */
export function publishPresence(
  bus: Bus,
  account: { _id: string; tenant: string },
  data: LiveEventData<"presence.update">,
): void {
  publishLive(bus, {
    specversion: "1.0",
    id: newId("event"),
    source: `/accounts/${account._id}`,
    type: "presence.update",
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    tenant: account.tenant,
    account: account._id,
    data,
  })
}
