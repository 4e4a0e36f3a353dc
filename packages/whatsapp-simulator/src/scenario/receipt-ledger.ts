import { EventEmitter } from "node:events"
import type { GivenReceipt, ReceiptRouter } from "../connection/receipt-router.ts"
import { LinkedDevice } from "../connection/linked-device.ts"

export type ClientReceipt = { messageId: string; type: string; from: string; at: string }
/** Receipts of this many messages are remembered. */
const messagesMax = 50_000

/** The receipts clients have given, by message. */
export class ReceiptLedger {
  private readonly byMessage = new Map<string, ClientReceipt[]>()
  private readonly events = new EventEmitter().setMaxListeners(0)

  constructor(receipts: ReceiptRouter) {
    receipts.onReceipt((given) => this.record(given))
  }

  of(messageId: string): ClientReceipt[] {
    return this.byMessage.get(messageId) ?? []
  }

  /** The first receipt of the type (any, when undefined), now or later; undefined when the signal aborts before. */
  waitFor(messageId: string, type: string | undefined, signal: AbortSignal): Promise<ClientReceipt | undefined> {
    const fits = (receipt: ClientReceipt) => type === undefined || receipt.type === type
    const known = this.of(messageId).find(fits)
    if (known) return Promise.resolve(known)
    return new Promise((resolve) => {
      const finish = (receipt: ClientReceipt | undefined) => {
        this.events.off(messageId, check)
        signal.removeEventListener("abort", stop)
        resolve(receipt)
      }
      const check = (receipt: ClientReceipt) => fits(receipt) && finish(receipt)
      const stop = () => finish(undefined)
      this.events.on(messageId, check)
      signal.addEventListener("abort", stop)
    })
  }

  private record({ reader, messageIds, type }: GivenReceipt): void {
    if (!(reader instanceof LinkedDevice)) return
    for (const messageId of messageIds) {
      const receipt = { messageId, type: nameOf(type), from: reader.user.pn, at: new Date().toISOString() }
      this.byMessage.set(messageId, [...this.of(messageId), receipt])
      const [oldest] = this.byMessage.keys()
      if (this.byMessage.size > messagesMax && oldest !== undefined) this.byMessage.delete(oldest)
      this.events.emit(messageId, receipt)
    }
  }
}

/** Clients that are not "available" confirm delivery as `inactive`. */
function nameOf(type: string | undefined): string {
  return type === undefined || type === "inactive" ? "delivered" : type
}
