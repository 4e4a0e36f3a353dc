import type { proto } from "@whiskeysockets/baileys"
import type { Group } from "../directory/groups.ts"
import type { User } from "../directory/user.ts"

/** Where a message goes. */
export type Destination =
  | { kind: "user"; user: User }
  | { kind: "group"; group: Group }
  /** A status post, for those named. */
  | { kind: "status"; audience: User[] }

export type SentMessage = { id: string; message: proto.IMessage; destination: Destination }

/** A message to be sent; `edit` says that it changes another one, and how. */
export type Outgoing = SentMessage & { edit?: string }

/** A device remembers this many of its messages for retry requests. */
const messagesMax = 5000

/** What a simulated device has sent lately, so that a peer who could not decrypt it can have it again. */
export class SentMessages {
  private readonly messages = new Map<string, SentMessage>()

  add(sent: SentMessage): void {
    this.messages.set(sent.id, sent)
    const [oldest] = this.messages.keys()
    if (this.messages.size > messagesMax && oldest !== undefined) this.messages.delete(oldest)
  }

  find(id: string): SentMessage | undefined {
    return this.messages.get(id)
  }
}
