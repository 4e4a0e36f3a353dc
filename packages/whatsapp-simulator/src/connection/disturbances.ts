import type { Faults } from "../faults/faults.ts"
import { encodeStanza, type Stanza } from "../stanza/codec.ts"
import { attribute } from "../stanza/nodes.ts"
import { DelayLine } from "./delay-line.ts"

/** Writes an encoded stanza to the client; `isBroken`: with a byte changed after encryption. */
type Write = (plaintext: Buffer, options?: { isBroken: boolean }) => void

/** What faults do to the stanzas on their way to one client. */
export class Disturbances {
  private readonly faults: Faults
  private readonly accountId: string
  private readonly write: Write
  private readonly slowed = new DelayLine()
  private readonly late = new DelayLine()
  /** A stanza that waits for the next one of the same name. */
  private held: { stanza: Stanza; name: string | undefined } | undefined

  constructor(parts: { faults: Faults; accountId: string; write: Write }) {
    this.faults = parts.faults
    this.accountId = parts.accountId
    this.write = parts.write
  }

  send(stanza: Stanza): void {
    if (this.faults.isEmpty && !this.held) return this.slowed.push(0, () => this.write(encodeStanza(stanza)))
    const slow = this.faults.take("slow-connection", this.accountId)
    this.slowed.push(slow?.delayMs ?? 0, () => this.pass(stanza))
  }

  stop(): void {
    this.slowed.stop()
    this.late.stop()
  }

  private pass(stanza: Stanza): void {
    if (this.strikes("stanza-drop", stanza)) return
    const delay = this.strikes("stanza-delay", stanza)
    if (delay?.kind === "stanza-delay") return this.late.push(delay.delayMs, () => this.write(encodeStanza(stanza)))
    const reorder = this.held ? undefined : this.strikes("stanza-reorder", stanza)
    if (reorder?.kind === "stanza-reorder") {
      this.held = { stanza, name: reorder.stanza }
      return
    }
    this.writeOut(stanza)
    if (this.held && isNamed(stanza, this.held.name)) this.release(this.held.stanza)
  }

  private release(stanza: Stanza): void {
    this.held = undefined
    this.writeOut(stanza)
  }

  private writeOut(stanza: Stanza): void {
    const plaintext = encodeStanza(stanza)
    if (this.strikes("stanza-corrupt", stanza))
      return this.write(plaintext.subarray(0, Math.ceil(plaintext.length / 2)))
    this.write(plaintext, { isBroken: this.strikes("corrupt-connection", stanza) !== undefined })
    if (this.strikes("stanza-duplicate", stanza)) this.write(plaintext)
  }

  private strikes(kind: StanzaFault, stanza: Stanza) {
    return this.faults.take(kind, this.accountId, (fault) => isNamed(stanza, fault.stanza))
  }
}

type StanzaFault =
  | "stanza-drop"
  | "stanza-delay"
  | "stanza-reorder"
  | "stanza-corrupt"
  | "stanza-duplicate"
  | "corrupt-connection"

function isNamed(stanza: Stanza, name: string | undefined): boolean {
  return name === undefined || name === stanza.tag || name === `${stanza.tag} ${attribute(stanza, "type")}`
}
