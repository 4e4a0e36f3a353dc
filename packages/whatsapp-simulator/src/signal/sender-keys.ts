import {
  GroupCipher,
  GroupSessionBuilder,
  SenderKeyDistributionMessage,
  SenderKeyName,
  SenderKeyRecord,
} from "@whiskeysockets/baileys/lib/Signal/Group/index.js"
import type { SenderKeyStateStructure } from "@whiskeysockets/baileys/lib/Signal/Group/sender-key-record.js"

/** A group and the device that writes to it; `owner` is the device's address as the group addresses it. */
export type SenderKeyOwner = { group: string; owner: string }

/** Sender keys of one simulated device: its own and those others have given it. */
export class SenderKeys {
  private readonly records = new Map<string, SenderKeyStateStructure[]>()
  private readonly store = {
    loadSenderKey: (name: SenderKeyName) => Promise.resolve(new SenderKeyRecord(this.copy(name))),
    storeSenderKey: (name: SenderKeyName, record: SenderKeyRecord) => {
      this.records.set(name.toString(), record.serialize())
      return Promise.resolve()
    },
  }

  /** Encrypts with this device's sender key, made on first use, and returns the distribution message beside it. */
  async encrypt(key: SenderKeyOwner, plaintext: Uint8Array): Promise<{ ciphertext: Buffer; distribution: Buffer }> {
    const distribution = await this.distribution(key)
    const ciphertext = await new GroupCipher(this.store, nameOf(key)).encrypt(plaintext)
    return { ciphertext: Buffer.from(ciphertext), distribution }
  }

  /** What others need to read this device from its next message on. */
  async distribution(key: SenderKeyOwner): Promise<Buffer> {
    return Buffer.from((await new GroupSessionBuilder(this.store).create(nameOf(key))).serialize())
  }

  async accept(key: SenderKeyOwner, distribution: Uint8Array): Promise<void> {
    const message = new SenderKeyDistributionMessage(null, null, null, null, distribution)
    await new GroupSessionBuilder(this.store).process(nameOf(key), message)
  }

  /** @throws Error without a key for the sender, with a wrong signature or a used counter. */
  async decrypt(key: SenderKeyOwner, ciphertext: Uint8Array): Promise<Buffer> {
    return Buffer.from(await new GroupCipher(this.store, nameOf(key)).decrypt(ciphertext))
  }

  /** Forgets this device's own key of a group: its next message distributes a new one. */
  forget(key: SenderKeyOwner): void {
    this.records.delete(nameOf(key).toString())
  }

  /** Ciphers change a record before they fail, so they work on a copy. */
  private copy(name: SenderKeyName): SenderKeyStateStructure[] | undefined {
    return this.records.get(name.toString())?.map((state) => ({
      senderKeyId: state.senderKeyId,
      senderChainKey: { ...state.senderChainKey, seed: Buffer.from(state.senderChainKey.seed) },
      senderSigningKey: state.senderSigningKey,
      senderMessageKeys: state.senderMessageKeys.map((key) => ({ ...key, seed: Buffer.from(key.seed) })),
    }))
  }
}

function nameOf({ group, owner }: SenderKeyOwner): SenderKeyName {
  return new SenderKeyName(group, { id: owner, deviceId: 0 })
}
