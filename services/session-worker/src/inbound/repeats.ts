import { getBinaryNodeChildren } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"
import { timeOf } from "./envelope.ts"

/**
 * True when a message may have been taken by an earlier owner, or so long ago that this one has forgotten it. The server
 * delivers again only from its offline queue (`offline`), a sender only on request (`count`); whatever else is live and
 * younger than this owner was never seen by another, and what this owner saw it remembers.
 */
export function mayBeRepeated(stanza: BinaryNode, ownedSince: Date): boolean {
  const { offline, t } = stanza.attrs
  if (offline !== undefined || t === undefined) return true
  if (getBinaryNodeChildren(stanza, "enc").some((child) => child.attrs["count"] !== undefined)) return true
  return timeOf(t).getTime() < ownedSince.getTime()
}
