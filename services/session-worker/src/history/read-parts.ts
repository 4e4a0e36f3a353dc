import { proto } from "@whiskeysockets/baileys"

/** A part of the history that is read one conversation at a time: decoded as a whole it would take many times its size. */
export interface HistoryPart {
  syncType: proto.HistorySync.HistorySyncType
  progress: number | null
  /** Names of the same person, as JIDs. */
  pairs: { pn: string; lid: string }[]
  pushNames: { jid: string; name: string }[]
  conversations: number
  conversation(index: number): proto.Conversation
}

/** Numbers of the fields of the protobuf `HistorySync`. */
const fields = { syncType: 1, conversations: 2, progress: 6, pushNames: 7, pairs: 15 }

/** Throws RangeError when the bytes end in the middle of something. */
export function readParts(bytes: Buffer): HistoryPart {
  const conversations: Buffer[] = []
  const part: Omit<HistoryPart, "conversation"> = {
    syncType: proto.HistorySync.HistorySyncType.INITIAL_BOOTSTRAP,
    progress: null,
    pairs: [],
    pushNames: [],
    conversations: 0,
  }
  for (const { field, value } of fieldsOf(bytes)) {
    if (typeof value === "number") {
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- a number on the wire
      if (field === fields.syncType) part.syncType = value
      if (field === fields.progress) part.progress = Math.min(value, 100)
    } else if (field === fields.conversations) conversations.push(value)
    else if (field === fields.pushNames) {
      const { id, pushname } = proto.Pushname.decode(value)
      if (id && pushname) part.pushNames.push({ jid: id, name: pushname })
    } else if (field === fields.pairs) {
      const { pnJid, lidJid } = proto.PhoneNumberToLIDMapping.decode(value)
      if (pnJid && lidJid) part.pairs.push({ pn: pnJid, lid: lidJid })
    }
  }
  return {
    ...part,
    conversations: conversations.length,
    conversation: (index) => proto.Conversation.decode(conversations[index] ?? Buffer.alloc(0)),
  }
}

/** The fields of a protobuf as they lie in the bytes: nothing is copied. */
function* fieldsOf(bytes: Buffer): Generator<{ field: number; value: number | Buffer }> {
  for (let at = 0; at < bytes.length;) {
    const tag = varint(bytes, at)
    at = tag.end
    const field = Math.floor(tag.value / 8)
    const wireType = tag.value % 8
    if (wireType === 0) {
      const number = varint(bytes, at)
      at = number.end
      yield { field, value: number.value }
    } else if (wireType === 2) {
      const length = varint(bytes, at)
      at = length.end + length.value
      if (at > bytes.length) throw new RangeError("a field is longer than the history")
      yield { field, value: bytes.subarray(length.end, at) }
    } else if (wireType === 1 || wireType === 5) at += wireType === 1 ? 8 : 4
    else throw new RangeError("the history is no protobuf")
  }
}

function varint(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0
  for (let at = start, factor = 1; at < start + 10; at += 1, factor *= 128) {
    const byte = bytes[at]
    if (byte === undefined) throw new RangeError("the history ends in a number")
    value += (byte & 127) * factor
    if (byte < 128) return { value, end: at + 1 }
  }
  throw new RangeError("a number is too long")
}
