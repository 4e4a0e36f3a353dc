import type { MessageContent, OutboundContent } from "./content.ts"
import { vcardOf } from "./vcard.ts"

/** A send as events and the message log show it, in the words in which a received message of its kind is shown. */
export function shownContent(content: OutboundContent): MessageContent {
  switch (content.type) {
    case "text":
      return content
    case "image":
    case "document":
      return { type: content.type, caption: content.caption ?? null }
    case "video":
      return { type: "video", caption: content.caption ?? null, gif: content.gif ?? false, note: content.note ?? false }
    case "audio":
      return { type: "audio", voice: content.voice ?? false }
    case "sticker":
      return { type: "sticker" }
    case "location":
      return { ...content, name: content.name ?? null, address: content.address ?? null, live: false }
    case "contacts":
      return { type: "contacts", contacts: content.contacts.map((card) => ({ name: card.name, vcard: vcardOf(card) })) }
    case "poll":
      return { type: "poll", question: content.question, options: content.options, selectable: content.selectable ?? 1 }
  }
}
