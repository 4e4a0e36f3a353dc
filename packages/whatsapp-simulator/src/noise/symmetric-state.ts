import { aesDecryptGCM, aesEncryptGCM, hkdf, sha256 } from "@whiskeysockets/baileys"

/** The 32-byte protocol name: being exactly 32 bytes it is itself the first hash, salt and key. */
const protocolName = "Noise_XX_25519_AESGCM_SHA256\0\0\0\0"
const empty = Buffer.alloc(0)

/** Noise's symmetric state: the running hash, the chaining key and the handshake cipher. */
export class SymmetricState {
  private hash: Buffer = Buffer.from(protocolName, "latin1")
  private chainingKey: Buffer = this.hash
  private key: Buffer = this.hash
  private nonce = 0

  mixHash(bytes: Uint8Array): void {
    this.hash = sha256(Buffer.concat([this.hash, bytes]))
  }

  mixKey(secret: Uint8Array): void {
    const [chainingKey, key] = this.expand(secret)
    this.chainingKey = chainingKey
    this.key = key
    this.nonce = 0
  }

  encryptAndHash(plaintext: Uint8Array): Buffer {
    const ciphertext = aesEncryptGCM(plaintext, this.key, counterIv(this.nonce++), this.hash)
    this.mixHash(ciphertext)
    return ciphertext
  }

  decryptAndHash(ciphertext: Uint8Array): Buffer {
    const plaintext = aesDecryptGCM(ciphertext, this.key, counterIv(this.nonce++), this.hash)
    this.mixHash(ciphertext)
    return plaintext
  }

  /** The two transport keys: client to server, server to client. */
  split(): { clientToServer: TransportCipher; serverToClient: TransportCipher } {
    const [clientToServer, serverToClient] = this.expand(empty)
    return {
      clientToServer: new TransportCipher(clientToServer),
      serverToClient: new TransportCipher(serverToClient),
    }
  }

  private expand(secret: Uint8Array): [Buffer, Buffer] {
    const output = Buffer.from(hkdf(Buffer.from(secret), 64, { salt: this.chainingKey, info: "" }))
    return [output.subarray(0, 32), output.subarray(32)]
  }
}

/** One direction of the transport after the handshake: its own counter, no additional data. */
export class TransportCipher {
  private readonly key: Buffer
  private nonce = 0

  constructor(key: Buffer) {
    this.key = key
  }

  encrypt(plaintext: Uint8Array): Buffer {
    return aesEncryptGCM(plaintext, this.key, counterIv(this.nonce++), empty)
  }

  decrypt(ciphertext: Uint8Array): Buffer {
    return aesDecryptGCM(ciphertext, this.key, counterIv(this.nonce++), empty)
  }
}

/** The counter is the last four bytes of the twelve, big-endian. */
function counterIv(counter: number): Buffer {
  const iv = Buffer.alloc(12)
  iv.writeUInt32BE(counter, 8)
  return iv
}
