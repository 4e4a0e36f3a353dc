import { withContext } from "./content.ts"
import type { OutboundSender } from "./content.ts"

export const sendText: OutboundSender<"text"> = async (content, { context }) => ({
  message: { extendedTextMessage: { text: content.text, ...withContext(context) } },
  content,
  media: null,
})
