import { type ProtocolAddress, SessionCipher, type SignalStorage } from "libsignal"

/** A session inside a record, as far as libsignal's untyped internals are used here. */
type SessionEntry = { serialize: () => unknown; constructor: { deserialize: (data: unknown) => object } }
type Decrypt = (this: SessionCipher, message: Buffer, session: SessionEntry) => Promise<Buffer>

/**
 * A libsignal cipher whose trial decryption leaves no trace. libsignal steps the ratchet of every session it tries
 * before it checks the MAC, and stores the losers with the winner; the record of a peer with two sessions is damaged
 * by the first message for the older one. Real phones do not do that. The repair is on this instance alone, so that a
 * client in the same process keeps the unmodified library.
 */
export function createSessionCipher(storage: SignalStorage, address: ProtocolAddress): SessionCipher {
  const cipher = new SessionCipher(storage, address)
  const original = Reflect.get(cipher, "doDecryptWhisperMessage") as Decrypt // untyped in libsignal
  const repaired: Decrypt = async function (message, session) {
    const before = session.serialize()
    try {
      return await original.call(this, message, session)
    } catch (error) {
      Object.assign(session, session.constructor.deserialize(before))
      throw error
    }
  }
  return Object.assign(cipher, { doDecryptWhisperMessage: repaired })
}
