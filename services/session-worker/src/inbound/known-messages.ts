import type { Store } from "@wildcat/shared/store"
import type { Persist } from "../log/persist.ts"

/** Which messages have been taken already, so that a redelivered one is not told twice. */
export interface KnownMessages {
  /**
   * Looks in memory, then in MongoDB; questions of the same moment share one query. Waits while MongoDB does not answer: to
   * Baileys a failure here would be a message that cannot be decrypted. Throws only when the session's log has died.
   */
  has(id: string): Promise<boolean>
  /** As far as this process remembers. */
  hasRecent(id: string): boolean
  add(id: string): void
}

const recentMax = 20_000

export function createKnownMessages(store: Store, persist: Persist): KnownMessages {
  const recent = new Set<string>()
  let asked: { ids: string[]; found: Promise<Set<string>> } | null = null

  const ask = (id: string): Promise<Set<string>> => {
    if (asked !== null) {
      asked.ids.push(id)
      return asked.found
    }
    const ids = [id]
    const found = new Promise((resolve) => setImmediate(resolve)).then(() => {
      asked = null
      return persist(() => query(store, ids))
    })
    asked = { ids, found }
    return found
  }
  return {
    has: async (id) => recent.has(id) || (await ask(id)).has(id),
    hasRecent: (id) => recent.has(id),
    add(id) {
      recent.add(id)
      for (const oldest of recent.size > recentMax ? [...recent].slice(0, recentMax / 10) : []) recent.delete(oldest)
    },
  }
}

async function query(store: Store, ids: string[]): Promise<Set<string>> {
  const { messages, messageActions } = store.collections
  const filter = { _id: { $in: ids } }
  const options = { projection: { _id: 1 } }
  const [said, done] = await Promise.all([
    // One that came with the history was not told: it may come again, on its own.
    messages.find({ ...filter, past: { $ne: true } }, options).toArray(),
    messageActions.find(filter, options).toArray(),
  ])
  return new Set([...said, ...done].map((doc) => doc._id))
}
