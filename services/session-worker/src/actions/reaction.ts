import type { ActionKind } from "./kind.ts"
import { doneTo, keyOf, targetOf } from "./address-target.ts"

export const reaction: ActionKind<"reaction"> = {
  async send(content, parts) {
    const { emoji } = content
    const message = await targetOf(content.message, parts)
    const key = await keyOf(message, parts)
    return {
      message: { reactionMessage: { key, text: emoji, senderTimestampMs: Date.now() } },
      content,
      media: null,
      done: doneTo(message, { type: "reaction", emoji }),
    }
  },
  read({ reactionMessage }) {
    if (!reactionMessage?.key) return null
    return { key: reactionMessage.key, action: { type: "reaction", emoji: reactionMessage.text ?? "" } }
  },
}
