import type { WebSocket } from "ws"
import type { ServerIdentity } from "../noise/certificate.ts"
import { encodeFrame, FrameReader } from "../noise/frame-reader.ts"
import { type Handshake, NoiseResponder } from "../noise/responder.ts"
import { SerialQueue } from "../serial-queue.ts"
import { decodeStanza, encodeStanza, type Stanza } from "../stanza/codec.ts"
import { node } from "../stanza/nodes.ts"
import type { Faults } from "../faults/faults.ts"
import { DelayLine } from "./delay-line.ts"
import { Disturbances } from "./disturbances.ts"

export type ConnectionEvents = {
  onHandshake: (connection: ClientConnection, handshake: Handshake) => void
  onStanza: (connection: ClientConnection, stanza: Stanza) => void
  onClose: (connection: ClientConnection) => void
}

/** A client's connection: Noise handshake, then stanzas both ways. Stanzas are handed on strictly in order. */
export class ClientConnection {
  /** Server acks leave through here, in order, after their delay. */
  readonly acks = new DelayLine()
  private readonly socket: WebSocket
  private readonly events: ConnectionEvents
  private readonly responder: NoiseResponder
  private readonly reader = new FrameReader()
  private readonly incoming = new SerialQueue()
  private handshake: Handshake | undefined
  private disturbances: Disturbances | undefined
  private isGreeted = false
  private isFrozen = false

  constructor(parts: { socket: WebSocket; identity: ServerIdentity; events: ConnectionEvents }) {
    this.socket = parts.socket
    this.events = parts.events
    this.responder = new NoiseResponder(parts.identity)
    this.socket.on("message", (data) => this.receive(toBuffer(data)))
    this.socket.on("error", () => this.socket.terminate())
    this.socket.on("close", () => {
      this.disturbances?.stop()
      this.events.onClose(this)
    })
  }

  send(stanza: Stanza): void {
    if (this.disturbances) this.disturbances.send(stanza)
    else this.write(encodeStanza(stanza))
  }

  /** From now on faults of the account strike what is sent. */
  belongsTo(accountId: string, faults: Faults): void {
    const write = this.write.bind(this)
    this.disturbances = new Disturbances({ faults, accountId, write })
  }

  /** Ends the stream politely, as the server does after telling why. */
  end(reason?: Stanza): void {
    if (reason) this.send(reason)
    this.socket.close()
  }

  streamError(attributes: { code?: number }, content?: Stanza[]): void {
    this.end(node("stream:error", attributes, content))
  }

  /** The network is gone, without a word. */
  drop(): void {
    this.socket.terminate()
  }

  /** The connection stays open, but nothing passes any more in either direction. */
  freeze(): void {
    this.isFrozen = true
  }

  private write(plaintext: Buffer, { isBroken } = { isBroken: false }): void {
    if (!this.handshake || this.isFrozen || this.socket.readyState !== this.socket.OPEN) return
    const ciphertext = this.handshake.outgoing.encrypt(plaintext)
    if (isBroken) ciphertext.writeUInt8(ciphertext.readUInt8(0) ^ 0xff, 0)
    this.socket.send(encodeFrame(ciphertext))
  }

  private receive(bytes: Buffer): void {
    if (this.isFrozen) return
    try {
      for (const frame of this.reader.push(bytes)) this.receiveFrame(frame)
    } catch {
      // Bytes that are no Noise stream, or a frame that does not authenticate: the real server hangs up as well.
      this.drop()
    }
  }

  private receiveFrame(frame: Buffer): void {
    if (!this.isGreeted) {
      this.isGreeted = true
      this.socket.send(encodeFrame(this.responder.hello(frame)))
    } else if (!this.handshake) {
      this.handshake = this.responder.finish(frame)
      this.events.onHandshake(this, this.handshake)
    } else {
      const plaintext = this.handshake.incoming.decrypt(frame)
      void this.incoming.run(() => this.handOn(plaintext))
    }
  }

  private async handOn(plaintext: Buffer): Promise<void> {
    try {
      this.events.onStanza(this, await decodeStanza(plaintext))
    } catch {
      this.drop() // a stanza that cannot be read or answered ends the stream
    }
  }
}

function toBuffer(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}
