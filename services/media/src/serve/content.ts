import { pipeline } from "node:stream/promises"
import type { Request, Response } from "express"
import { WildcatError, idSchema } from "@wildcat/shared/contracts"
import { mediaLinkOpens } from "@wildcat/shared/runtime"
import type { SecretBox } from "@wildcat/shared/runtime"
import type { MediaStore, StoredMedia } from "@wildcat/shared/store"
import { byteRangeOf } from "./byte-range.ts"
import type { ByteRange } from "./byte-range.ts"
import { presentationOf } from "./content-type.ts"

/**
 * `GET`/`HEAD /v1/media/:id/content?expires&signature`: the bytes of a media, or a range of them.
 * 403 before anything is looked up unless the link is ours and still open; 404 until the media is stored.
 */
export function serveContent(parts: { media: MediaStore; box: SecretBox }) {
  return async (request: Request<{ id: string }>, response: Response): Promise<void> => {
    admit(request, parts.box)
    const media = await parts.media.find(request.params.id)
    if (media === null) throw new WildcatError("not_found", { detail: "the media is not stored, or not yet" })
    describe(response, media)
    if (isFresh(request, media)) return void response.status(304).end()
    const range = byteRangeOf(rangeHeader(request, media), media.bytes)
    if (range === "unsatisfiable") return refuseRange(response, media)
    const part = range === "whole" ? { start: 0, end: media.bytes } : range
    if (range !== "whole")
      response.status(206).set("content-range", `bytes ${part.start}-${part.end - 1}/${media.bytes}`)
    response.set("content-length", String(part.end - part.start))
    if (request.method === "HEAD" || part.start === part.end) return void response.end()
    await send(parts.media, media.id, part, response)
  }
}

/** Throws `forbidden` unless the signature is right and the link has not expired. */
function admit(request: Request<{ id: string }>, box: SecretBox): void {
  const { expires, signature } = request.query
  const link = { media: request.params.id, expires: text(expires), signature: text(signature), now: new Date() }
  if (!idSchema("media").safeParse(link.media).success || !mediaLinkOpens(link, box)) {
    throw new WildcatError("forbidden", { detail: "the link is not valid or has expired" })
  }
}

function describe(response: Response, media: StoredMedia): void {
  const { contentType, disposition } = presentationOf(media)
  // Set on the bare response: Express would append a charset to text types, which the sender did not declare.
  response.setHeader("content-type", contentType)
  response.set({
    "content-disposition": disposition,
    "accept-ranges": "bytes",
    etag: etagOf(media),
    "last-modified": media.storedAt.toUTCString(),
    "cache-control": "private, max-age=3600, immutable",
  })
}

function isFresh(request: Request<{ id: string }>, media: StoredMedia): boolean {
  const tags =
    request
      .get("if-none-match")
      ?.split(",")
      .map((tag) => tag.trim().replace(/^W\//, "")) ?? []
  return tags.includes("*") || tags.includes(etagOf(media))
}

/** `If-Range`: the range only when the client has parts of exactly this content. */
function rangeHeader(request: Request<{ id: string }>, media: StoredMedia): string | undefined {
  const condition = request.get("if-range")
  return condition === undefined || condition === etagOf(media) ? request.get("range") : undefined
}

function refuseRange(response: Response, media: StoredMedia): void {
  for (const name of ["content-type", "content-disposition", "etag", "last-modified"]) response.removeHeader(name)
  response.set({ "content-range": `bytes */${media.bytes}`, "cache-control": "no-store" })
  response.status(416).end()
}

async function send(store: MediaStore, id: string, part: ByteRange, response: Response): Promise<void> {
  const bytes = await store.open(id, part)
  if (bytes === null) throw new WildcatError("not_found", { detail: "the media was deleted" })
  await pipeline(bytes, response)
}

function etagOf(media: StoredMedia): string {
  return `"${media.sha256}"`
}

function text(value: unknown): string {
  return typeof value === "string" ? value : ""
}
