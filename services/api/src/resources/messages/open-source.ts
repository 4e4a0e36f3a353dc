import { Readable } from "node:stream"
import { WildcatError } from "@wildcat/shared/contracts"
import { invalid } from "../../http/parse-input.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import type { MediaSource } from "./send-body.ts"

export interface OpenedSource {
  stream: Readable
  /** Where the bytes stood in the request. */
  field: string
  fileName: string | null
  /** What the client says they are; what counts is what they look like. */
  declared: string | undefined
}

/** Opens the bytes that a request names. Throws WildcatError naming the field. */
export async function openSource(
  source: MediaSource,
  { tenant, field }: { tenant: TenantAccess; field: string },
): Promise<OpenedSource> {
  if ("base64" in source) {
    const stream = Readable.from([bytesOf(source.base64, `${field}.base64`)])
    return { stream, field: `${field}.base64`, fileName: null, declared: source.mimetype }
  }
  if ("url" in source) {
    const stream = await tenant.media.fetch(source.url, `${field}.url`)
    return { stream, field: `${field}.url`, fileName: fileNameOf(source.url), declared: undefined }
  }
  const [stored, stream] = await Promise.all([tenant.media.find(source.id), tenant.media.open(source.id)])
  if (stored === null || stream === null) throw noSuchMedia(`${field}.id`)
  return { stream, field: `${field}.id`, fileName: stored.fileName, declared: stored.mimetype }
}

export function noSuchMedia(field: string): WildcatError {
  return new WildcatError("not_found", { field, detail: `${field}: there is no such media` })
}

function bytesOf(base64: string, field: string): Buffer {
  const bytes = Buffer.from(base64, "base64")
  // Node passes over what is not base64; written back, it shows.
  if (bytes.toString("base64").replace(/=+$/, "") === base64.replace(/=+$/, "")) return bytes
  throw invalid(field, "must be standard base64, without line breaks or a data: prefix")
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
