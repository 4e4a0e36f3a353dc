import { chatOf, userOf } from "../inbound/people.ts"
import type { Names } from "../inbound/people.ts"
import type { SessionState } from "../log/state.ts"

/**
 * True when the account begins a chat: it has neither a Signal session with the person nor a privacy token of theirs. Each
 * such message counts at WhatsApp as reaching out, also one that is sent again.
 */
export function isStranger(to: string, { state, names }: { state: SessionState; names: Names }): boolean {
  const { kind, pn, lid } = chatOf(names, to)
  if (kind !== "direct") return false
  // Addresses of Signal sessions as Baileys writes them: user and device, LIDs marked by `_1`.
  const addresses = [...(lid === null ? [] : [`${userOf(lid)}_1.0`]), ...(pn === null ? [] : [`${userOf(pn)}.0`])]
  const hasToken = [lid, pn].some((jid) => jid !== null && (state.get("tctoken", jid)?.token.length ?? 0) > 0)
  return !hasToken && addresses.every((address) => state.get("session", address) === undefined)
}
