import { getBinaryNodeChild, getBinaryNodeChildren } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"
import type { MessageStatus, StatusStep } from "@wildcat/shared/contracts"
import { isSame, timeOf } from "./envelope.ts"
import type { Viewpoint } from "./envelope.ts"
import { resolvePerson } from "./people.ts"

/** Types of receipts by which somebody else tells how far a message of ours has come. */
const statuses: Partial<Record<string, MessageStatus>> = {
  "": "delivered",
  inactive: "delivered",
  read: "read",
  played: "played",
}

export interface Receipt {
  waIds: string[]
  step: StatusStep
}

/** What a `receipt` stanza says of own messages; null when it says nothing of them (own devices, retries, peers). */
export function readReceipt(stanza: BinaryNode, view: Viewpoint): Receipt | null {
  const attrs: Partial<Record<string, string>> = stanza.attrs
  const status = statuses[attrs["type"] ?? ""]
  const by = resolvePerson(view.names, attrs["participant"] ?? attrs["from"])
  if (status === undefined || attrs["recipient"] !== undefined || isSame(by, view.me)) return null
  const recipient = attrs["participant"] === undefined ? null : by
  return { waIds: idsOf(stanza), step: { status, at: timeOf(attrs["t"]).toISOString(), recipient } }
}

/** The first id is an attribute, further ones stand in a list. */
function idsOf(stanza: BinaryNode): string[] {
  const items = getBinaryNodeChildren(getBinaryNodeChild(stanza, "list"), "item")
  return [stanza.attrs["id"], ...items.map((item) => item.attrs["id"])].filter((id) => id !== undefined)
}
