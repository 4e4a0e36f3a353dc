import { WildcatError } from "@wildcat/shared/contracts"
import type { AccountDoc } from "@wildcat/shared/store"

/**
 * Refuses sends that only a person could set free: the account is stopped, or must be linked first. An account that is
 * merely disconnected takes them; they leave when it is connected again.
 */
export function assertMaySend(account: AccountDoc): void {
  if (account.desired !== "running") {
    throw new WildcatError("account_not_running", { detail: "the account is stopped; start it first" })
  }
  if (!needsHuman(account)) return
  const why = account.reason?.text ?? "link it by scanning its QR code"
  throw new WildcatError("account_not_linked", { detail: `the account is not linked: ${why}` })
}

export function maySend(account: AccountDoc): boolean {
  return account.desired === "running" && !needsHuman(account)
}

function needsHuman({ me, status, reason }: AccountDoc): boolean {
  if (me === null || status === "logged_out" || status === "failed" || status === "qr") return true
  // "stopped" is the reason of the stop before; the account is wanted to run again by now.
  return status === "disconnected" && reason?.class === "needs-human" && reason.code !== "stopped"
}
