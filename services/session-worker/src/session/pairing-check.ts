import type { AccountStatus, ReasonCode } from "@wildcat/shared/contracts"
import type { AccountDoc, Store } from "@wildcat/shared/store"
import { userOf } from "../inbound/people.ts"

/** In these states an account holds credentials of its number. */
const linked: AccountStatus[] = ["connecting", "connected", "disconnected"]

/** Why a phone that scanned the code may not be linked to this account; null when it may. */
export async function refusalOf(
  store: Store,
  account: Pick<AccountDoc, "_id" | "me">,
  device: { pn: string; lid: string | undefined },
): Promise<ReasonCode | null> {
  const pn = `${userOf(device.pn)}@s.whatsapp.net`
  if (account.me?.pn && account.me.pn !== pn) return "identity_mismatch"
  const other = await store.models.accounts.exists({
    _id: { $ne: account._id },
    "me.pn": pn,
    status: { $in: linked },
    desired: { $ne: "deleted" },
  })
  return other === null ? null : "number_in_use"
}
