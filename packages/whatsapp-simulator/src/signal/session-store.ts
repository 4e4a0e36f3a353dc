import { type SessionRecord as Record, SessionRecord, type SignalStorage } from "libsignal"
import { typedPublicKey } from "./curve.ts"
import type { OwnKeys } from "./own-keys.ts"

/**
 * libsignal's view of one simulated device. Records are kept serialized: what libsignal changes before it fails is
 * then never stored.
 */
export class SessionStore implements SignalStorage {
  private readonly keys: OwnKeys
  private readonly sessions = new Map<string, ReturnType<Record["serialize"]>>()

  constructor(keys: OwnKeys) {
    this.keys = keys
  }

  hasOpenSession(address: string): boolean {
    const stored = this.sessions.get(address)
    return stored !== undefined && SessionRecord.deserialize(stored).haveOpenSession()
  }

  forget(address: string): void {
    this.sessions.delete(address)
  }

  loadSession(address: string): Promise<SessionRecord | undefined> {
    const stored = this.sessions.get(address)
    return Promise.resolve(stored === undefined ? undefined : SessionRecord.deserialize(stored))
  }

  storeSession(address: string, record: SessionRecord): Promise<void> {
    this.sessions.set(address, record.serialize())
    return Promise.resolve()
  }

  /** A phone trusts a changed identity and says so; the simulator accepts it silently. */
  isTrustedIdentity(): boolean {
    return true
  }

  loadPreKey(id: number | string) {
    const preKey = this.keys.preKey(Number(id))
    return Promise.resolve(preKey && libsignalKeyPair(preKey))
  }

  removePreKey(id: number): void {
    this.keys.usedPreKey(id)
  }

  loadSignedPreKey() {
    return libsignalKeyPair(this.keys.signedPreKey.keyPair)
  }

  getOurRegistrationId(): number {
    return this.keys.registrationId
  }

  getOurIdentity() {
    return libsignalKeyPair(this.keys.identity)
  }
}

function libsignalKeyPair(pair: { public: Uint8Array; private: Uint8Array }) {
  return { pubKey: typedPublicKey(pair.public), privKey: Buffer.from(pair.private) }
}
