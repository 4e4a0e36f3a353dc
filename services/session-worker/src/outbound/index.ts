import type { OutboundContent, OutboundKind } from "@wildcat/shared/contracts"
import type { OutboundSender, Prepared, SendParts } from "./content.ts"
import { sendImage } from "./image.ts"
import { sendText } from "./text.ts"

/** One sender per kind of content: a kind without one does not compile. */
const senders: { [K in OutboundKind]: OutboundSender<K> } = { text: sendText, image: sendImage }

export function prepare(content: OutboundContent, parts: SendParts): Promise<Prepared> {
  switch (content.type) {
    case "text":
      return senders.text(content, parts)
    case "image":
      return senders.image(content, parts)
  }
}
