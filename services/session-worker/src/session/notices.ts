import type { BinaryNode } from "@whiskeysockets/baileys"
import type { SessionState, StateChanges } from "../log/state.ts"

/** So many notifications are remembered: those that WhatsApp may not know to have arrived are the latest. */
const keptMax = 200

/** Which notifications are in the log already: WhatsApp repeats one whose acknowledgement it did not get. */
export interface Notices {
  hasTaken(stanza: BinaryNode): boolean
  /** The change that remembers a notification. */
  take(stanza: BinaryNode): StateChanges
}

export function createNotices(state: SessionState): Notices {
  const inOrder = state
    .entries("notice")
    .sort(([, a], [, b]) => a - b)
    .map(([id]) => id)
  return {
    hasTaken: (stanza) => state.get("notice", idOf(stanza)) !== undefined,
    take(stanza) {
      const id = idOf(stanza)
      const old = inOrder.splice(0, Math.max(0, inOrder.length + 1 - keptMax))
      inOrder.push(id)
      return { notice: { ...Object.fromEntries(old.map((each) => [each, null])), [id]: Date.now() } }
    },
  }
}

function idOf({ attrs }: BinaryNode): string {
  return `${attrs["from"] ?? ""} ${attrs["id"] ?? ""}`
}
