import type { BinaryNode, proto } from "@whiskeysockets/baileys"
import type { OutboundKind } from "@wildcat/shared/contracts"
import type { ReadContent } from "../inbound/content.ts"
import type { OutboundSender } from "../outbound/content.ts"

/** One kind of thing that is said: how this account says it, and how it is read when others do. */
export interface Kind<K extends OutboundKind> {
  send: OutboundSender<K>
  /** A reader for each field of WhatsApp's `Message` that carries it. */
  read: { [Field in keyof proto.IMessage]?: (message: proto.IMessage) => ReadContent }
  /** What the stanza around it tells WhatsApp's server: attributes of `<meta>`. */
  meta?: BinaryNode["attrs"]
}
