import { remember } from "@wildcat/shared/runtime"

/** The tickets that owners of accounts gave last, see `message.send`. */
export interface OwnerTickets {
  get(account: string): string | undefined
  put(account: string, ticket: string): void
  forget(account: string): void
  /** The owner has answered within the last second: what it said may not be readable yet. */
  isFresh(account: string): boolean
}

const freshMs = 1_000

/** Accounts remembered at once; the oldest are forgotten first. */
const accountsMax = 10_000

export function createOwnerTickets(): OwnerTickets {
  const tickets = new Map<string, { ticket: string; at: number }>()
  return {
    get: (account) => tickets.get(account)?.ticket,
    put: (account, ticket) => remember(tickets, account, { ticket, at: performance.now() }, accountsMax),
    forget: (account) => void tickets.delete(account),
    isFresh: (account) => performance.now() - (tickets.get(account)?.at ?? -Infinity) < freshMs,
  }
}
