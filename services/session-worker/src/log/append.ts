import type { SessionLogDoc, Store } from "@wildcat/shared/store"
import { isDuplicateKey } from "@wildcat/shared/store"
import { limited } from "./limited.ts"
import { jittered } from "@wildcat/shared/runtime"

/** Another owner has appended under the same number: this one may not write any more. */
export class Fenced extends Error {
  constructor(row: string) {
    super(`another owner has written ${row}`)
    this.name = "Fenced"
  }
}

/** MongoDB did not take the row for too long. */
export class StorageUnavailable extends Error {
  constructor(cause: unknown) {
    super("the session log cannot be written", { cause })
    this.name = "StorageUnavailable"
  }
}

/** An insertion without an answer is made again: the row that is there then is our own. */
const answerMsMax = 12_000
const retryDelaysMs = [50, 200, 500, 1_000]

/**
 * Appends a row, trying again for `patienceMs` when MongoDB fails. A duplicate key with our own nonce is an earlier try
 * whose answer was lost: success. Throws Fenced or StorageUnavailable.
 */
export async function appendRow(store: Store, row: SessionLogDoc, patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await limited(answerMsMax, insertOrFind(store, row))
    } catch (error) {
      if (error instanceof Fenced) throw error
      if (performance.now() > deadline) throw new StorageUnavailable(error)
      await new Promise((resolve) => setTimeout(resolve, jittered(retryDelaysMs, attempt)))
    }
  }
}

async function insertOrFind(store: Store, row: SessionLogDoc): Promise<void> {
  try {
    await store.collections.sessionLog.insertOne(row)
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
    await requireOwn(store, row)
  }
}

async function requireOwn(store: Store, row: SessionLogDoc): Promise<void> {
  const found = await store.collections.sessionLog.findOne({ _id: row._id }, { projection: { owner: 1 } })
  if (found?.owner !== row.owner) throw new Fenced(row._id)
}
