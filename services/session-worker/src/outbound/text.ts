import { proto } from "@whiskeysockets/baileys"
import { shownContent } from "@wildcat/shared/contracts"
import type { LinkPreview, OutboundContent } from "@wildcat/shared/contracts"
import { withContext } from "./content.ts"
import type { OutboundSender } from "./content.ts"

type Text = Extract<OutboundContent, { type: "text" }>

export const sendText: OutboundSender<"text"> = async (content, { context }) => ({
  message: {
    extendedTextMessage: {
      text: content.text,
      ...preview(content.linkPreview),
      ...look(content),
      ...withContext(context),
    },
  },
  content: shownContent(content),
  media: null,
})

function preview(link: LinkPreview | undefined): proto.Message.IExtendedTextMessage {
  if (link === undefined) return {}
  const { url, title, description, thumbnail } = link
  return {
    matchedText: url,
    title,
    previewType: proto.Message.ExtendedTextMessage.PreviewType.NONE,
    ...(description === undefined ? {} : { description }),
    ...(thumbnail === undefined ? {} : { jpegThumbnail: Buffer.from(thumbnail, "base64") }),
  }
}

const { FontType } = proto.Message.ExtendedTextMessage
const fonts = {
  system: FontType.SYSTEM,
  script: FontType.FB_SCRIPT,
  bold: FontType.SYSTEM_BOLD,
  morningbreeze: FontType.MORNINGBREEZE_REGULAR,
  calistoga: FontType.CALISTOGA_REGULAR,
  exo2: FontType.EXO2_EXTRABOLD,
  courier: FontType.COURIERPRIME_BOLD,
} as const satisfies Record<NonNullable<Text["font"]>, number>

/** Colours are 0xAARRGGBB; what is set here is opaque, with white letters. */
function look({ background, font }: Text): proto.Message.IExtendedTextMessage {
  return {
    ...(background === undefined ? {} : { backgroundArgb: argbOf(background), textArgb: 0xffffffff }),
    ...(font === undefined ? {} : { font: fonts[font] }),
  }
}

export function argbOf(colour: string): number {
  return 0xff000000 + Number.parseInt(colour.slice(1), 16)
}
