/** The tickets that owners of accounts gave last, see `message.send`. */
export interface OwnerTickets {
  get(account: string): string | undefined
  put(account: string, ticket: string): void
  forget(account: string): void
}

/** Accounts remembered at once; the oldest are forgotten first. */
const accountsMax = 10_000

export function createOwnerTickets(): OwnerTickets {
  const tickets = new Map<string, string>()
  return {
    get: (account) => tickets.get(account),
    put(account, ticket) {
      tickets.set(account, ticket)
      const [oldest] = tickets.keys()
      if (tickets.size > accountsMax && oldest !== undefined) tickets.delete(oldest)
    },
    forget: (account) => void tickets.delete(account),
  }
}
