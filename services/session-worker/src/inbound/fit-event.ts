import { MessageContent, eventBytesMax } from "@wildcat/shared/contracts"
import type { MessageView } from "@wildcat/shared/contracts"

/** Room for what surrounds a message in its event. */
const viewBytesMax = eventBytesMax - 4 * 1024
const mentionsKept = 100
const itemsKept = 20

/** Characters that each text of the content keeps; the first bound with which the message fits counts. */
const charsKept = [8_000, 1_000, 100]

/**
 * A message that fits in an event. What does not is cut: a text (marked `textTruncated`), a caption, contact cards (the
 * first 20 stay), and only the first 100 mentions stay; `GET …/messages/{id}` has all of it.
 */
export function fitEvent(view: MessageView): MessageView {
  if (fits(view)) return view
  const cut = charsKept.map((chars) => cutView(view, chars))
  return cut.find(fits) ?? { ...view, content: { type: "unsupported", kind: "tooLarge" }, mentions: [] }
}

/** What an edit says, cut like the content of a message. */
export function fitContent(content: MessageContent): MessageContent {
  const nobody = { pn: null, lid: null }
  const chat = { jid: "", kind: "direct" as const, ...nobody }
  const who = { chat, author: nobody, authorName: null, fromMe: false, source: "contact" as const }
  const rest = { timestamp: "", media: null, quoted: null, mentions: [] }
  return fitEvent({ id: "", waId: "", ...who, ...rest, content }).content
}

function fits(view: MessageView): boolean {
  return Buffer.byteLength(JSON.stringify(view)) <= viewBytesMax
}

function cutView(view: MessageView, chars: number): MessageView {
  const short = (_name: string, value: unknown): unknown => {
    if (typeof value === "string") return value.slice(0, chars).toWellFormed()
    return Array.isArray(value) ? value.slice(0, itemsKept) : value
  }
  const content = MessageContent.parse(JSON.parse(JSON.stringify(view.content), short))
  const isCut = content.type === "text" && view.content.type === "text" && content.text !== view.content.text
  return {
    ...view,
    content: isCut ? { ...content, textTruncated: true } : content,
    mentions: view.mentions.slice(0, mentionsKept),
  }
}
