import type { LinkPreview, MessageContent, OutboundContent } from "./content.ts"
import { vcardOf } from "./vcard.ts"

/** A send as events and the message log show it, in the words in which a received message of its kind is shown. */
export function shownContent(content: OutboundContent): MessageContent {
  switch (content.type) {
    case "text":
      return { type: "text", text: content.text, ...shownPreview(content.linkPreview) }
    case "image":
      return { type: "image", caption: content.caption ?? null, ...shownOnce(content) }
    case "document":
      return { type: "document", caption: content.caption ?? null }
    case "video":
      return {
        type: "video",
        caption: content.caption ?? null,
        gif: content.gif ?? false,
        note: content.note ?? false,
        ...shownOnce(content),
      }
    case "audio":
      return { type: "audio", voice: content.voice ?? false, ...shownOnce(content) }
    case "sticker":
      return { type: "sticker" }
    case "location":
      return { ...content, name: content.name ?? null, address: content.address ?? null, live: false }
    case "contacts":
      return { type: "contacts", contacts: content.contacts.map((card) => ({ name: card.name, vcard: vcardOf(card) })) }
    case "poll":
      return { type: "poll", question: content.question, options: content.options, selectable: content.selectable ?? 1 }
    default:
      return content
  }
}

function shownOnce({ viewOnce }: { viewOnce?: boolean | undefined }): { viewOnce?: true } {
  return viewOnce === true ? { viewOnce } : {}
}

function shownPreview(preview: LinkPreview | undefined) {
  if (preview === undefined) return {}
  const { url, title, description = null } = preview
  return { linkPreview: { url, title, description } }
}
