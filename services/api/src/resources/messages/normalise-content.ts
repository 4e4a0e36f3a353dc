import { Readable } from "node:stream"
import { WildcatError, seededId } from "@wildcat/shared/contracts"
import type { OutboundContent } from "@wildcat/shared/contracts"
import { invalid } from "../../http/parse-input.ts"
import { asFetchFailure } from "../../media/fetch-public.ts"
import { imageHeadBytes, imageTypeOf, imageTypes } from "../../media/image-type.ts"
import { peek } from "../../media/peek.ts"
import type { StagedMedia } from "../../media/staged-media.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import type { MediaSource, SendRequest } from "./send-body.ts"

/**
 * Content as the outbox holds it: bytes are in the media store afterwards, under an id that the seed decides. Throws
 * WildcatError naming the field whose media cannot be had or is no image.
 */
export async function normaliseContent(
  tenant: TenantAccess,
  content: SendRequest["content"],
  seed: string,
): Promise<OutboundContent> {
  if (content.type === "text") return content
  const mediaId = await storeImage(tenant, content.media, seededId("media", seed))
  return { type: "image", mediaId, ...(content.caption === undefined ? {} : { caption: content.caption }) }
}

async function storeImage(tenant: TenantAccess, source: MediaSource | StagedMedia, id: string): Promise<string> {
  if ("discard" in source) return adoptImage(tenant, source, id)
  if ("base64" in source) return storeBase64(tenant, source.base64, id)
  if ("url" in source) return storeUrl(tenant, source.url, id)
  return useStored(tenant, source.id)
}

async function adoptImage(tenant: TenantAccess, staged: StagedMedia, id: string): Promise<string> {
  if (!staged.mimetype.startsWith("image/")) throw noImage("file")
  return (await tenant.media.adopt(staged, id)).id
}

async function storeBase64(tenant: TenantAccess, base64: string, id: string): Promise<string> {
  const field = "content.media.base64"
  const bytes = Buffer.from(base64, "base64")
  // Node passes over what is not base64; written back, it shows.
  if (bytes.toString("base64").replace(/=+$/, "") !== base64.replace(/=+$/, "")) {
    throw invalid(field, "must be standard base64, without line breaks or a data: prefix")
  }
  const mimetype = imageTypeOf(bytes)
  if (mimetype === null) throw noImage(field)
  await tenant.media.put(id, Readable.from([bytes]), { mimetype, fileName: null }, field)
  return id
}

async function storeUrl(tenant: TenantAccess, url: string, id: string): Promise<string> {
  const field = "content.media.url"
  try {
    const { head, whole } = await peek(await tenant.media.fetch(url, field), imageHeadBytes)
    const mimetype = imageTypeOf(head)
    if (mimetype === null) {
      whole.destroy()
      throw new WildcatError("media_not_fetched", { field, detail: `${field}: what it names is not ${imageTypes}` })
    }
    await tenant.media.put(id, whole, { mimetype, fileName: null }, field)
    return id
  } catch (error) {
    throw asFetchFailure(error, field)
  }
}

async function useStored(tenant: TenantAccess, id: string): Promise<string> {
  const field = "content.media.id"
  const stored = await tenant.media.find(id)
  if (stored === null) throw new WildcatError("not_found", { field, detail: `${field}: there is no such media` })
  if (!stored.mimetype.startsWith("image/")) throw noImage(field)
  return id
}

function noImage(field: string): WildcatError {
  return new WildcatError("unsupported_media_type", { field, detail: `${field}: must be ${imageTypes}` })
}
