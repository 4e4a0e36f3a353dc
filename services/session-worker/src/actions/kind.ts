import type { proto } from "@whiskeysockets/baileys"
import type { ActionContent } from "@wildcat/shared/contracts"
import type { MessageAction } from "@wildcat/shared/store"
import type { Names } from "../inbound/people.ts"
import type { OutboundSender } from "../outbound/content.ts"

/** What a message does to another one. */
export interface ReadAction {
  /** The other message, as the one who acts names it. */
  key: proto.IMessageKey
  action: MessageAction
}

export interface ReadingAction {
  names: Names
  /** When WhatsApp's server took it. */
  at: Date
  /** The stanza says that an admin of the group does it. */
  asAdmin: boolean
}

/** One kind of thing that is done to messages: how this account does it, and how others' doings are read. */
export interface ActionKind<K extends ActionContent["type"]> {
  send: OutboundSender<K>
  /** Null when the message does something else. */
  read(message: proto.IMessage, reading: ReadingAction): ReadAction | null
}
