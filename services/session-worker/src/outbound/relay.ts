import { proto } from "@whiskeysockets/baileys"
import { faultPoint } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { Unconfirmed } from "../log/state.ts"
import { ForgedKeys } from "../signal/repair-libsignal.ts"
import type { GatedSocket } from "../whatsapp/socket.ts"
import { stanzaExtras } from "./stanza-extras.ts"

/** Sends whose answer is awaited at a time. Frames keep the order in which they were relayed. */
const windowMax = 16

/** How a message left: `queued` in the gate, `interrupted` with the connection (nobody knows), `refused` before any frame, or so because the recipient's keys are not theirs (`forged`). */
export type Relayed = "queued" | "interrupted" | "refused" | "forged"

/** Hands staged messages to Baileys, at most so many unanswered at a time. */
export interface Relay {
  send(waId: string, sent: Unconfirmed, to: GatedSocket): Promise<Relayed>
  isUnderWay(waId: string): boolean
  /** When the oldest one without answer was sent, by `performance.now()`; null when all have been answered. */
  readonly unansweredSince: number | null
  /** The server has answered for it. */
  answered(waId: string): void
  /** The connection has ended: no answers will come. */
  reset(): void
}

export function createRelay(log: Logger): Relay {
  /** Id → when its frame was handed over; null while Baileys makes it, which for many recipients takes long. */
  const underWay = new Map<string, number | null>()
  let roomFree: (() => void) | null = null
  const freeRoom = () => {
    roomFree?.()
    roomFree = null
  }

  const hand = async (waId: string, sent: Unconfirmed, { socket, gate }: GatedSocket): Promise<Relayed> => {
    try {
      const message = proto.Message.decode(sent.message)
      await socket.relayMessage(sent.to, message, {
        messageId: waId,
        ...stanzaExtras(message),
        ...(sent.audience === undefined ? {} : { statusJidList: sent.audience }),
      })
      if (underWay.has(waId)) underWay.set(waId, performance.now())
      void gate.emptied().then(() => faultPoint("outbound.after-frame-before-ack"))
      return "queued"
    } catch (error) {
      underWay.delete(waId)
      log.warn({ error, message: sent.id }, "message.relay_failed")
      // Baileys sends the frame as its last step: when it throws on an open connection, nothing has left.
      if (error instanceof ForgedKeys) return "forged"
      return socket.ws.isOpen ? "refused" : "interrupted"
    }
  }
  return {
    async send(waId, sent, to) {
      underWay.set(waId, null)
      const relayed = await hand(waId, sent, to)
      if (underWay.size >= windowMax) await new Promise<void>((resolve) => (roomFree = resolve))
      return relayed
    },
    isUnderWay: (waId) => underWay.has(waId),
    get unansweredSince() {
      const times = [...underWay.values()].filter((at) => at !== null)
      return times.length === 0 ? null : Math.min(...times)
    },
    answered(waId) {
      underWay.delete(waId)
      freeRoom()
    },
    reset() {
      underWay.clear()
      freeRoom()
    },
  }
}
