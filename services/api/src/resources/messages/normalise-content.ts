import { Readable } from "node:stream"
import { WildcatError, seededId } from "@wildcat/shared/contracts"
import type { OutboundContent } from "@wildcat/shared/contracts"
import { invalid } from "../../http/parse-input.ts"
import { asFetchFailure } from "../../media/fetch-public.ts"
import { acceptedTypes, mediaHeadBytes, typeOf } from "../../media/media-type.ts"
import type { AcceptedTypes } from "../../media/media-type.ts"
import { peek } from "../../media/peek.ts"
import type { StagedMedia } from "../../media/staged-media.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import type { MediaSend, SendRequest } from "./send-body.ts"

/**
 * Content as the outbox holds it: bytes are in the media store afterwards, under an id that the seed decides. Throws
 * WildcatError naming the field whose media cannot be had or is of no type that is sent this way.
 */
export async function normaliseContent(
  tenant: TenantAccess,
  content: SendRequest["content"],
  seed: string,
): Promise<OutboundContent> {
  if (!("media" in content)) return content
  const { media, ...rest } = content
  const mediaId = await storeMedia(media, { tenant, id: seededId("media", seed), types: acceptedTypes(content) })
  return { ...rest, mediaId }
}

interface Target {
  tenant: TenantAccess
  id: string
  types: AcceptedTypes
}

async function storeMedia(source: MediaSend["media"], target: Target): Promise<string> {
  if ("discard" in source) return adopt(source, target)
  if ("base64" in source) return storeBase64(source, target)
  if ("url" in source) return storeUrl(source.url, target)
  return useStored(source.id, target)
}

async function adopt(staged: StagedMedia, { tenant, id, types }: Target): Promise<string> {
  if (!types.accepts(staged.mimetype)) throw wrongType("file", types)
  return (await tenant.media.adopt(staged, id)).id
}

async function storeBase64(
  { base64, mimetype: declared }: { base64: string; mimetype?: string | undefined },
  { tenant, id, types }: Target,
): Promise<string> {
  const field = "content.media.base64"
  const bytes = Buffer.from(base64, "base64")
  // Node passes over what is not base64; written back, it shows.
  if (bytes.toString("base64").replace(/=+$/, "") !== base64.replace(/=+$/, "")) {
    throw invalid(field, "must be standard base64, without line breaks or a data: prefix")
  }
  const mimetype = (await typeOf(bytes.subarray(0, mediaHeadBytes))) ?? documentType(declared, types)
  if (mimetype === null || !types.accepts(mimetype)) throw wrongType(field, types)
  await tenant.media.put(id, Readable.from([bytes]), { mimetype, fileName: null }, field)
  return id
}

async function storeUrl(url: string, { tenant, id, types }: Target): Promise<string> {
  const field = "content.media.url"
  try {
    const { head, whole } = await peek(await tenant.media.fetch(url, field), mediaHeadBytes)
    const mimetype = (await typeOf(head)) ?? documentType(undefined, types)
    if (mimetype === null || !types.accepts(mimetype)) {
      whole.destroy()
      throw new WildcatError("media_not_fetched", { field, detail: `${field}: what it names is not ${types.names}` })
    }
    await tenant.media.put(id, whole, { mimetype, fileName: fileNameOf(url) }, field)
    return id
  } catch (error) {
    throw asFetchFailure(error, field)
  }
}

async function useStored(id: string, { tenant, types }: Target): Promise<string> {
  const field = "content.media.id"
  const stored = await tenant.media.find(id)
  if (stored === null) throw new WildcatError("not_found", { field, detail: `${field}: there is no such media` })
  if (!types.accepts(stored.mimetype)) throw wrongType(field, types)
  return id
}

/** Bytes that do not tell what they are (texts, for one) can only be a document. */
function documentType(declared: string | undefined, types: AcceptedTypes): string | null {
  const unknown = "application/octet-stream"
  return types.accepts(unknown) ? (declared ?? unknown) : null
}

/** The last part of the path, as a name for people; null when it has none. */
function fileNameOf(url: string): string | null {
  const last = new URL(url).pathname.split("/").at(-1) ?? ""
  try {
    return decodeURIComponent(last).slice(0, 255) || null
  } catch {
    return last.slice(0, 255) // not percent-encoded UTF-8: as it stands
  }
}

function wrongType(field: string, { names }: AcceptedTypes): WildcatError {
  return new WildcatError("unsupported_media_type", { field, detail: `${field}: must be ${names}` })
}
