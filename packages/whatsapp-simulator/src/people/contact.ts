import type { proto } from "@whiskeysockets/baileys"
import type { User } from "../directory/user.ts"
import { attribute, node } from "../stanza/nodes.ts"
import { Inbox } from "./inbox.ts"
import type { Network } from "./network.ts"
import { readContent } from "./received.ts"
import type { Destination } from "./sent-messages.ts"
import { SimulatedDevice } from "./simulated-device.ts"

type OutgoingMessage = { id: string; destination: Destination; message: proto.IMessage; edit?: string }

/** A person the simulator plays: writes, reads and confirms like someone with a phone. */
export class Contact {
  readonly user: User
  readonly inbox = new Inbox()
  /** Whether messages are read as soon as they arrive. */
  autoRead = false
  private readonly network: Network
  private readonly device: SimulatedDevice

  constructor(parts: { user: User; network: Network }) {
    this.user = parts.user
    this.network = parts.network
    this.device = new SimulatedDevice({
      ...parts,
      events: {
        onMessage: ({ id, author, chat, message, stanza }) => {
          this.inbox.record({ messageId: id, from: author.pn, chat }, readContent(message, parts.network.media))
          if (this.autoRead) {
            this.giveReceipt({
              chat: attribute(stanza, "from") ?? "",
              author: attribute(stanza, "participant"),
              messageIds: [id],
              type: "read",
            })
          }
        },
      },
    })
    parts.user.devices.set(0, this.device)
  }

  async send(outgoing: OutgoingMessage): Promise<void> {
    await this.device.send(outgoing)
  }

  /** Confirms messages; `author` is who wrote them in a group. Type undefined means delivered. */
  giveReceipt(receipt: {
    chat: string
    author?: string | undefined
    messageIds: string[]
    type: "read" | "played" | undefined
  }): void {
    const [first, ...rest] = receipt.messageIds
    const list =
      rest.length > 0
        ? [
            node(
              "list",
              {},
              rest.map((id) => node("item", { id })),
            ),
          ]
        : undefined
    const attributes = { to: receipt.chat, id: first, type: receipt.type, participant: receipt.author }
    this.network.receipts.route(this.device, node("receipt", attributes, list))
  }
}
