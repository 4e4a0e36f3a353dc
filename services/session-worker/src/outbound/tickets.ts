import { randomUUID } from "node:crypto"

/**
 * Proves that a row which somebody brings along still waits, without a look at MongoDB. Whoever had a ticket before the row
 * was written brings both: each row that has left the queue since the ticket was first given is remembered. A ticket of
 * another owner, or one that is too old, proves nothing.
 */
export interface Tickets {
  /** To be given away. */
  readonly current: string
  /** The row does not wait any more. */
  left(id: string): void
  /** What is known of a row that was brought along with a ticket; `unknown` when the ticket proves nothing. */
  stateOf(id: string, ticket: string): "waiting" | "left" | "unknown"
}

/** Rows after which a ticket is replaced; the one before it is good for as many again. */
const rowsMax = 200

interface Page {
  ticket: string
  left: Set<string>
}

export function createTickets(): Tickets {
  const newPage = (): Page => ({ ticket: randomUUID(), left: new Set() })
  let page = newPage()
  let before = newPage()
  return {
    get current() {
      return page.ticket
    },
    left(id) {
      page.left.add(id)
      if (page.left.size < rowsMax) return
      before = page
      page = newPage()
    },
    stateOf(id, ticket) {
      if (page.left.has(id) || before.left.has(id)) return "left"
      return ticket === page.ticket || ticket === before.ticket ? "waiting" : "unknown"
    },
  }
}
