import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { WildcatError } from "@wildcat/shared/contracts"
import { asFetchFailure } from "../../media/fetch-public.ts"
import { mediaHeadBytes, typeOf } from "../../media/media-type.ts"
import type { AcceptedTypes } from "../../media/media-type.ts"
import { peek } from "../../media/peek.ts"
import { toSticker } from "../../media/picture.ts"
import type { StagedMedia } from "../../media/staged-media.ts"
import { convertToVoice, voiceType } from "../../media/to-voice.ts"
import type { StoredMedia } from "@wildcat/shared/store"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import { noSuchMedia, openSource } from "./open-source.ts"
import type { MediaSend } from "./send-body.ts"

export interface Target {
  tenant: TenantAccess
  /** Under which the media is stored, unless it is stored already and can be sent as it is. */
  id: string
  types: AcceptedTypes
}

/**
 * Puts the bytes of a send into the media store, converted where WhatsApp takes only another type. Returns their id. Throws
 * WildcatError naming the field.
 */
export async function storeMedia(source: MediaSend["media"], target: Target): Promise<string> {
  if ("discard" in source) return adopt(source, target)
  if ("id" in source) return useStored(source.id, target)
  const opened = await openSource(source, { tenant: target.tenant, field: "content.media" })
  return storeNew(opened, target, "url" in source)
}

async function storeNew(
  { stream, field, fileName, declared }: Awaited<ReturnType<typeof openSource>>,
  target: Target,
  isFetched: boolean,
): Promise<string> {
  const { tenant, id, types } = target
  try {
    const { head, whole } = await peek(stream, mediaHeadBytes)
    const mimetype = (await typeOf(head)) ?? documentType(declared, types)
    if (mimetype !== null && types.accepts(mimetype)) {
      await tenant.media.put(id, whole, { mimetype, fileName }, field)
      return id
    }
    if (mimetype !== null && types.converts(mimetype)) return await convert({ source: whole, mimetype, field }, target)
    whole.destroy()
    throw isFetched ? notFetchedAs(field, types) : wrongType(field, types)
  } catch (error) {
    throw isFetched ? asFetchFailure(error, field) : error
  }
}

async function adopt(staged: StagedMedia, target: Target): Promise<string> {
  const { tenant, id, types } = target
  const converted = await convertStored(staged, "file", target)
  if (converted !== null) {
    await staged.discard()
    return converted
  }
  if (!types.accepts(staged.mimetype)) throw wrongType("file", types)
  return (await tenant.media.adopt(staged, id)).id
}

async function useStored(id: string, target: Target): Promise<string> {
  const field = "content.media.id"
  const stored = await target.tenant.media.find(id)
  if (stored === null) throw noSuchMedia(field)
  const converted = await convertStored(stored, field, target)
  if (converted !== null) return converted
  if (!target.types.accepts(stored.mimetype)) throw wrongType(field, target.types)
  return id
}

/** Null when it need not or cannot be converted. What the bytes look like counts, where they look like anything. */
async function convertStored(stored: StoredMedia, field: string, target: Target): Promise<string | null> {
  const { tenant, types } = target
  if (types.conversion === null) return null
  const end = Math.min(mediaHeadBytes, stored.bytes)
  const [start, source] = [await tenant.media.open(stored.id, { start: 0, end }), await tenant.media.open(stored.id)]
  if (start === null || source === null) return null
  const mimetype = (await typeOf(await buffer(start))) ?? stored.mimetype
  return types.accepts(mimetype) || !types.converts(mimetype) ? null : convert({ source, mimetype, field }, target)
}

async function convert(
  given: { source: Readable; mimetype: string; field: string },
  { tenant, id, types }: Target,
): Promise<string> {
  const put = (bytes: Readable, mimetype: string) =>
    tenant.media.put(id, bytes, { mimetype, fileName: null }, given.field)
  if (types.conversion === "sticker")
    await put(Readable.from([await toSticker(given.source, given.field)]), "image/webp")
  else await convertToVoice({ ...given, ffmpegPath: tenant.limits.ffmpegPath }, (voice) => put(voice, voiceType))
  return id
}

/** Bytes that do not tell what they are (texts, for one) can only be a document. */
function documentType(declared: string | undefined, types: AcceptedTypes): string | null {
  const unknown = "application/octet-stream"
  return types.accepts(unknown) ? (declared ?? unknown) : null
}

function wrongType(field: string, { names }: AcceptedTypes): WildcatError {
  return new WildcatError("unsupported_media_type", { field, detail: `${field}: must be ${names}` })
}

function notFetchedAs(field: string, { names }: AcceptedTypes): WildcatError {
  return new WildcatError("media_not_fetched", { field, detail: `${field}: what it names is not ${names}` })
}
