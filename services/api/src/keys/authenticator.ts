import { WildcatError } from "@wildcat/shared/contracts"
import { remember } from "@wildcat/shared/runtime"
import type { ApiKeyDoc, Models, Scope } from "@wildcat/shared/store"
import { keyIdOf } from "./api-key.ts"
import type { KeyHasher } from "./api-key.ts"

/** Whose request it is. */
export interface Caller {
  key: string
  tenant: string
  /** Set: the key works for this account only. */
  account: string | null
  scopes: readonly Scope[]
}

export interface Authenticator {
  /** Throws `unauthorized` unless the key exists, is right, has not expired and is not revoked. */
  authenticate(key: string): Promise<Caller>
  /** True while a key that was right is still valid: for connections that stay open. */
  stillValid(caller: Caller): Promise<boolean>
  /** Forgets what is known of a key: called where it is revoked. */
  forget(keyId: string): void
}

/** A revoked key stops working within this time in every process, and at once in the one that revoked it. */
const keyCacheMs = 5_000

/** Keys remembered at once; the oldest are forgotten first. */
const cacheMax = 10_000

type KnownKey = Pick<ApiKeyDoc, "_id" | "tenant" | "account" | "scopes" | "hash" | "expiresAt" | "revokedAt">

/** Looks keys up by their id and compares hashes. Ids that do not exist are remembered too: guessing costs no query each. */
export function createAuthenticator(parts: { apiKeys: Models["apiKeys"]; hasher: KeyHasher }): Authenticator {
  const known = new Map<string, { until: number; key: Promise<KnownKey | null> }>()

  const lookUp = (id: string): Promise<KnownKey | null> => {
    const entry = known.get(id)
    if (entry && entry.until > performance.now()) return entry.key
    const key = parts.apiKeys.findById(id).exec()
    remember(known, id, { until: performance.now() + keyCacheMs, key }, cacheMax)
    // A failure is no knowledge: the next request asks again.
    key.catch(() => known.delete(id))
    return key
  }

  return {
    async authenticate(key) {
      const id = keyIdOf(key)
      if (id === null) throw refused()
      const found = await lookUp(id)
      if (found === null || !parts.hasher.matches(key, found.hash) || !isUsable(found)) throw refused()
      return { key: found._id, tenant: found.tenant, account: found.account, scopes: found.scopes }
    },
    async stillValid(caller) {
      const found = await lookUp(caller.key)
      return found !== null && isUsable(found)
    },
    forget: (id) => void known.delete(id),
  }
}

function isUsable(key: KnownKey): boolean {
  return key.revokedAt === null && (key.expiresAt === null || key.expiresAt.getTime() > Date.now())
}

/** One answer for every reason: nothing is told about which keys exist. */
function refused(): WildcatError {
  return new WildcatError("unauthorized", { detail: "the API key is not valid", field: "header.x-api-key" })
}
