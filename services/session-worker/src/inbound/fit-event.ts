import { eventBytesMax } from "@wildcat/shared/contracts"
import type { MessageView } from "@wildcat/shared/contracts"

/** Room for what surrounds a message in its event. */
const viewBytesMax = eventBytesMax - 4 * 1024
const textCharsKept = 8_000
const mentionsKept = 100

/**
 * A message that fits in an event. A text that does not is cut and marked `textTruncated`, a caption is cut, and only the
 * first 100 mentions stay; `GET …/messages/{id}` has all of it.
 */
export function fitEvent(view: MessageView): MessageView {
  if (Buffer.byteLength(JSON.stringify(view)) <= viewBytesMax) return view
  return { ...view, content: cut(view.content), mentions: view.mentions.slice(0, mentionsKept) }
}

function cut(content: MessageView["content"]): MessageView["content"] {
  if (content.type === "text" && content.text.length > textCharsKept) {
    return { ...content, text: content.text.slice(0, textCharsKept).toWellFormed(), textTruncated: true }
  }
  if (content.type === "image" && content.caption !== null) {
    return { ...content, caption: content.caption.slice(0, textCharsKept).toWellFormed() }
  }
  return content
}
