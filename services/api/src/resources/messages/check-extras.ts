import { invalid } from "../../http/parse-input.ts"
import type { SendRequest } from "./send-body.ts"

const statusKinds: ReadonlySet<string> = new Set(["text", "image", "video", "audio", "delete"])

/** Refuses what does not go together: in a chat of this kind, or with this content. Throws naming the field. */
export function checkExtras({ to, content, mentions, audience, quoted, typing }: SendRequest): void {
  const isStatus = to.kind === "status"
  if (mentions === "all" && to.kind !== "group") throw invalid("mentions", "can be `all` in a group only")
  if (mentions !== undefined && !hasText(content)) throw invalid("mentions", "needs a text or caption to stand in")
  if (audience !== undefined && !isStatus) throw invalid("audience", "is for status posts only")
  if (isStatus && typing) throw invalid("typing", "is shown in chats only")
  if (isStatus && quoted !== undefined) throw invalid("quoted", "a status post answers nothing")
  if (isStatus && !statusKinds.has(content.type)) throw invalid("content.type", "cannot be posted to the status feed")
  checkContent(content, isStatus)
}

function hasText(content: SendRequest["content"]): boolean {
  return content.type === "text" || ("caption" in content && content.caption !== undefined && content.caption !== "")
}

function checkContent(content: SendRequest["content"], isStatus: boolean): void {
  if (content.type === "text") {
    const look = (["background", "font"] as const).find((name) => content[name] !== undefined)
    if (look !== undefined && !isStatus) throw invalid(`content.${look}`, "is for status posts only")
    const { linkPreview: link } = content
    if (typeof link === "object" && !content.text.includes(link.url)) {
      throw invalid("content.linkPreview.url", "must stand in the text")
    }
  }
  if (!("viewOnce" in content) || content.viewOnce !== true) return
  const cannot =
    (content.type === "audio" && content.voice !== true) || (content.type === "video" && (content.gif || content.note))
  if (cannot || isStatus) throw invalid("content.viewOnce", "is for images, videos and voice notes in a chat only")
}
