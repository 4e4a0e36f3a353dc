import { WildcatError, seededId } from "@wildcat/shared/contracts"
import type { LinkPreview, OutboundContent } from "@wildcat/shared/contracts"
import { invalid } from "../../http/parse-input.ts"
import { previewLink, previewPixels } from "../../media/link-preview.ts"
import { acceptedTypes } from "../../media/media-type.ts"
import { seePicture } from "../../media/picture.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import { factsOf } from "./media-facts.ts"
import type { MediaSource, SendRequest } from "./send-body.ts"
import { openSource } from "./open-source.ts"
import { storeMedia } from "./store-media.ts"

type Text = Extract<SendRequest["content"], { type: "text" }>

/**
 * Content as the outbox holds it: bytes are in the media store afterwards, under an id that the seed decides, in a form
 * that WhatsApp takes; links have their previews. Throws WildcatError naming the field whose media cannot be had or is of
 * no type that is sent this way.
 */
export async function normaliseContent(
  tenant: TenantAccess,
  content: SendRequest["content"],
  seed: string,
): Promise<OutboundContent> {
  if (content.type === "text") return normaliseText(tenant, content)
  if (!("media" in content)) return content
  const { media, ...rest } = content
  const types = acceptedTypes(content)
  const mediaId = await storeMedia(media, { tenant, id: seededId("media", seed), types })
  const facts = await factsOf(tenant, content, mediaId)
  return { ...rest, mediaId, ...(facts === null ? {} : { facts }) }
}

async function normaliseText(tenant: TenantAccess, { linkPreview: asked, ...text }: Text): Promise<OutboundContent> {
  if (asked === undefined || asked === false) return text
  if (asked === true) {
    const found = await tryPreview(tenant, text.text)
    return found === undefined ? text : { ...text, linkPreview: found }
  }
  const { thumbnail: source, ...link } = asked
  const thumbnail = source === undefined ? {} : { thumbnail: await thumbnailOf(source, tenant) }
  return { ...text, linkPreview: { ...link, ...thumbnail } }
}

/** The text is worth sending without one, so nothing that goes wrong here fails the send. */
async function tryPreview(tenant: TenantAccess, text: string): Promise<LinkPreview | undefined> {
  try {
    return await previewLink(text, (url, limits) => tenant.media.fetch(url, "content.linkPreview", limits))
  } catch (error) {
    // The error itself may name the link, which is the text of a message.
    tenant.log.info({ code: error instanceof WildcatError ? error.code : "unknown" }, "preview.not_made")
    return undefined
  }
}

async function thumbnailOf(source: MediaSource, tenant: TenantAccess): Promise<string> {
  const field = "content.linkPreview.thumbnail"
  const { stream } = await openSource(source, { tenant, field })
  const seen = await seePicture(stream, field, previewPixels)
  if (seen === null) throw invalid(field, "must be a picture that can be decoded")
  return seen.thumbnail
}
