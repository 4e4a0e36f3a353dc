import { EventEmitter } from "node:events"
import type { MessageContent } from "./read-content.ts"
import type { ReceivedMessage } from "./received-message.ts"

export type MessageMatch = { text?: string | undefined; messageId?: string | undefined; kind?: string | undefined }
/** A contact remembers this many messages; older ones are forgotten. */
const messagesMax = 50_000

/** What one contact has decrypted, by message id. */
export class Inbox {
  private readonly messages = new Map<string, ReceivedMessage>()
  private readonly events = new EventEmitter().setMaxListeners(0)

  record(origin: { messageId: string; from: string; chat: string }, content: MessageContent): ReceivedMessage {
    const known = this.messages.get(origin.messageId)
    const copies = (known?.copies ?? 0) + 1
    const receivedAt = known?.receivedAt ?? new Date().toISOString()
    const message = { ...origin, ...content, copies, receivedAt }
    this.messages.set(origin.messageId, message)
    const [oldest] = this.messages.keys()
    if (this.messages.size > messagesMax && oldest !== undefined) this.messages.delete(oldest)
    this.events.emit("message", message)
    return message
  }

  has(messageId: string): boolean {
    return this.messages.has(messageId)
  }

  find(match: MessageMatch): ReceivedMessage[] {
    if (match.messageId !== undefined) {
      const message = this.messages.get(match.messageId)
      return message && fits(message, match) ? [message] : []
    }
    return [...this.messages.values()].filter((message) => fits(message, match))
  }

  /** The first message that fits, now or later; undefined when the signal aborts before. */
  waitFor(match: MessageMatch, signal: AbortSignal): Promise<ReceivedMessage | undefined> {
    const [known] = this.find(match)
    if (known) return Promise.resolve(known)
    return new Promise((resolve) => {
      const finish = (message: ReceivedMessage | undefined) => {
        this.events.off("message", check)
        signal.removeEventListener("abort", stop)
        resolve(message)
      }
      const check = (message: ReceivedMessage) => fits(message, match) && finish(message)
      const stop = () => finish(undefined)
      this.events.on("message", check)
      signal.addEventListener("abort", stop)
    })
  }
}

function fits(message: ReceivedMessage, match: MessageMatch): boolean {
  return (
    (match.text === undefined || message.text === match.text || message.caption === match.text) &&
    (match.kind === undefined || message.kind === match.kind) &&
    (match.messageId === undefined || message.messageId === match.messageId)
  )
}
