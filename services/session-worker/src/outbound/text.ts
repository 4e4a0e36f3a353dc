import type { OutboundSender } from "./content.ts"

export const sendText: OutboundSender<"text"> = async (content, { context }) => ({
  message: { extendedTextMessage: { text: content.text, ...(context === null ? {} : { contextInfo: context }) } },
  content: { type: "text", text: content.text },
  media: null,
})
