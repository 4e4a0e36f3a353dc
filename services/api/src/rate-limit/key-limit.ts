import { RateLimiterMemory, RateLimiterMongo, RateLimiterRes } from "rate-limiter-flexible"
import { WildcatError } from "@wildcat/shared/contracts"
import { remember } from "@wildcat/shared/runtime"
import type { Store } from "@wildcat/shared/store"

/** Counts what an API key does in a minute, over all processes of the API. */
export interface KeyLimit {
  /** Throws `rate_limited`, saying when to come back, when the key has nothing left in this minute. */
  take(key: string): Promise<void>
}

/** Calls that a process may let through by itself until the minute ends. */
interface Lot {
  left: number
  /** By the process's own clock. */
  until: number
  /** The minute has no lot left. */
  refused: boolean
}

interface KeyLimitOptions {
  /** Names the limit in the database: `requests`, `sends`. */
  name: string
  /** 0: no limit. */
  perMinute: number
  store: Store
}

const minuteSeconds = 60
/** Keys known at once; the oldest are forgotten first, and lose what was set aside for them. */
const keysMax = 10_000
/** A process takes this part of a minute's calls at a time, so that most calls cost no write. */
const shares = 50

/**
 * A limit per API key. Processes share it through the database and take their calls from it in small lots, so with many
 * of them up to 2 % of it each may stay unused. While the database is away each process counts for itself.
 */
export function createKeyLimit({ name, perMinute, store }: KeyLimitOptions): KeyLimit {
  if (perMinute === 0) return { take: async () => undefined }
  const lotSize = Math.max(1, Math.floor(perMinute / shares))
  const shared = sharedLimiter(name, perMinute, store)
  const lots = new Map<string, Promise<Lot>>()

  const renew = (key: string): Promise<Lot> => {
    const lot = nextLot(shared, key, lotSize)
    remember(lots, key, lot, keysMax)
    // A failure is no knowledge: the next call asks again.
    lot.catch(() => lots.delete(key))
    return lot
  }

  const take = async (key: string): Promise<void> => {
    const known = lots.get(key) ?? renew(key)
    const lot = await known
    const waitMs = lot.until - performance.now()
    if (waitMs > 0 && lot.refused) throw refusal({ name, perMinute, waitMs })
    if (waitMs > 0 && lot.left > 0) return void (lot.left -= 1)
    // Whoever comes first asks for more; the others wait for it.
    if (lots.get(key) === known) lots.delete(key)
    return take(key)
  }
  return { take }
}

function sharedLimiter(name: string, perMinute: number, store: Store): RateLimiterMongo {
  const limit = { points: perMinute, duration: minuteSeconds, keyPrefix: name }
  return new RateLimiterMongo({
    ...limit,
    storeClient: store.db,
    tableName: "rateLimits",
    disableIndexesCreation: true,
    inMemoryBlockOnConsumed: perMinute + 1,
    insuranceLimiter: new RateLimiterMemory(limit),
  })
}

async function nextLot(shared: RateLimiterMongo, key: string, size: number): Promise<Lot> {
  const end = ({ msBeforeNext }: RateLimiterRes) => performance.now() + msBeforeNext
  try {
    return { left: size, until: end(await shared.consume(key, size)), refused: false }
  } catch (thrown) {
    if (thrown instanceof RateLimiterRes) return { left: 0, until: end(thrown), refused: true }
    throw thrown
  }
}

function refusal({ name, perMinute, waitMs }: { name: string; perMinute: number; waitMs: number }): WildcatError {
  return new WildcatError("rate_limited", {
    detail: `the API key has made its ${perMinute} ${name} of this minute`,
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
  })
}
