import { remember } from "@wildcat/shared/runtime"
import type { AccountDoc } from "@wildcat/shared/store"

/**
 * Accounts as they were read last, for sends: each would read its account otherwise. What another process changed is seen
 * when it says so, and within `knownMs` in any case.
 */
export interface KnownAccounts {
  /** Null when it was not read lately. */
  get(id: string): AccountDoc | null
  put(account: AccountDoc): void
  forget(id: string): void
  forgetAll(): void
}

const knownMs = 1_000
/** Accounts remembered at once; the oldest are forgotten first. */
const accountsMax = 1_000

export function createKnownAccounts(): KnownAccounts {
  const known = new Map<string, { account: AccountDoc; until: number }>()
  return {
    get(id) {
      const found = known.get(id)
      return found !== undefined && found.until > performance.now() ? found.account : null
    },
    put: (account) => remember(known, account._id, { account, until: performance.now() + knownMs }, accountsMax),
    forget: (id) => void known.delete(id),
    forgetAll: () => known.clear(),
  }
}
