import type { Stanza } from "../stanza/codec.ts"
import { attribute, child, children } from "../stanza/nodes.ts"

/** Receipts of these types acknowledge the message they name; a retry request is followed by an ack of its own. */
const settlingReceiptTypes = new Set([undefined, "inactive", "sender", "peer_msg", "hist_sync", "read", "read-self"])

/** Far more than any test sends to a client that is away. */
const stanzasMax = 200_000

/** What a linked device has not acknowledged yet, in order: the server's memory for it. */
export class PendingStanzas {
  private readonly entries = new Map<string, Stanza[]>()

  /** False when the queue is full: the stanza is not kept. */
  add(stanza: Stanza): boolean {
    if (this.entries.size >= stanzasMax) return false
    const key = keyOf(stanza.tag, attribute(stanza, "id"))
    const sameId = this.entries.get(key)
    if (sameId) sameId.push(stanza)
    else this.entries.set(key, [stanza])
    return true
  }

  list(): Stanza[] {
    return [...this.entries.values()].flat()
  }

  clear(): void {
    this.entries.clear()
  }

  /**
   * An `<ack>` of the client, positive or negative, ends the stanza it answers, and no other of the same id: a message that
   * was sent again on request may have come meanwhile, so the oldest one that fits is meant.
   */
  settleByAck(ack: Stanza): void {
    const key = keyOf(attribute(ack, "class"), attribute(ack, "id"))
    const sameId = this.entries.get(key) ?? []
    const answered = sameId.find((stanza) => isAnsweredBy(stanza, ack))
    const rest = sameId.filter((stanza) => stanza !== answered)
    if (rest.length > 0) this.entries.set(key, rest)
    else this.entries.delete(key)
  }

  /** A receipt of the client ends the messages it names. */
  settleByReceipt(receipt: Stanza): void {
    if (!settlingReceiptTypes.has(attribute(receipt, "type"))) return
    for (const id of receiptIds(receipt)) this.entries.delete(keyOf("message", id))
  }
}

/** The message ids a receipt names: its own and those of its list. */
export function receiptIds(receipt: Stanza): string[] {
  const items = children(child(receipt, "list"), "item")
  return [receipt, ...items].flatMap((named) => attribute(named, "id") ?? [])
}

function keyOf(stanzaClass: string | undefined, id: string | undefined): string {
  return `${stanzaClass}:${id}`
}

/** A delivered and a read receipt for one message have the same id; clients repeat sender and type in their acks. */
function isAnsweredBy(stanza: Stanza, ack: Stanza): boolean {
  return (
    attribute(stanza, "from") === attribute(ack, "to") &&
    attribute(stanza, "participant") === attribute(ack, "participant") &&
    attribute(stanza, "type") === attribute(ack, "type")
  )
}
