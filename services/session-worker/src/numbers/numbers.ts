import { setTimeout } from "node:timers/promises"
import type { WASocket } from "@whiskeysockets/baileys"
import type { NumberCheck, Person } from "@wildcat/shared/contracts"
import type { NumberCheckDoc, Store } from "@wildcat/shared/store"
import { askNumbers } from "./ask-numbers.ts"
import { variantsOf } from "./variants.ts"

/**
 * Which numbers are on WhatsApp, and under which one. What is known is not asked again for a day; that a number is unknown,
 * for an hour.
 */
export interface Numbers {
  /** Numbers as digits; the answers come in the order of the questions. Throws when WhatsApp does not answer. */
  check(numbers: readonly string[], socket: WASocket): Promise<NumberCheck[]>
}

const knownForMs = 86_400_000
/** A number that was not there may come soon, and messages to it are refused meanwhile. */
const unknownForMs = 3_600_000
/** Numbers in one question; some are asked about in two ways of writing them. */
const batchMax = 50
/** Between questions: WhatsApp takes note of who asks much. */
const batchPauseMs = 300

export function createNumbers(store: Store, account: string): Numbers {
  const { numberChecks } = store.collections
  let last: Promise<unknown> = Promise.resolve()

  const recall = async (numbers: readonly string[]): Promise<Map<string, NumberCheckDoc>> => {
    const _id = { $in: numbers.map((number) => `${account}:${number}`) }
    const since = (ms: number) => ({ $gte: new Date(Date.now() - ms) })
    const fresh = [
      { exists: true, checkedAt: since(knownForMs) },
      { exists: false, checkedAt: since(unknownForMs) },
    ]
    const docs = await numberChecks.find({ _id, $or: fresh }).toArray()
    return new Map(docs.map((doc) => [doc._id.slice(account.length + 1), doc]))
  }
  const remember = async (checks: readonly NumberCheck[]) => {
    const checkedAt = new Date()
    await numberChecks.deleteMany({ account, checkedAt: { $lt: new Date(checkedAt.getTime() - knownForMs) } })
    const writes = checks.map(({ number, exists, pn, lid }) => ({
      updateOne: {
        filter: { _id: `${account}:${number}` },
        update: { $set: { account, exists, pn, lid, checkedAt } },
        upsert: true,
      },
    }))
    if (writes.length > 0) await numberChecks.bulkWrite(writes, { ordered: false })
  }
  const ask = async (numbers: readonly string[], socket: WASocket): Promise<NumberCheck[]> => {
    const checks: NumberCheck[] = []
    for (let index = 0; index < numbers.length; index += batchMax) {
      if (index > 0) await setTimeout(batchPauseMs)
      const some = numbers.slice(index, index + batchMax)
      const found = await askNumbers(socket, [...new Set(some.flatMap(variantsOf))])
      const answered = some.map((number) => checkOf(number, found))
      // What is known already is not asked again when a later question fails.
      await remember(answered)
      checks.push(...answered)
    }
    return checks
  }
  const check = async (numbers: readonly string[], socket: WASocket): Promise<NumberCheck[]> => {
    const known = await recall(numbers)
    const asked = await ask([...new Set(numbers.filter((number) => !known.has(number)))], socket)
    const news = new Map(asked.map((each) => [each.number, each]))
    return numbers.map((number) => news.get(number) ?? shown(number, known.get(number)))
  }
  return {
    // One after the other: two large questions at a time would be two times the load.
    check(numbers, socket) {
      const result = last.then(() => check(numbers, socket))
      last = result.catch(() => undefined)
      return result
    },
  }
}

function checkOf(number: string, found: ReadonlyMap<string, Person>): NumberCheck {
  const person = variantsOf(number).flatMap((variant) => found.get(variant) ?? [])[0]
  return { number, exists: person !== undefined, pn: person?.pn ?? null, lid: person?.lid ?? null }
}

function shown(number: string, doc: NumberCheckDoc | undefined): NumberCheck {
  return { number, exists: doc?.exists ?? false, pn: doc?.pn ?? null, lid: doc?.lid ?? null }
}
