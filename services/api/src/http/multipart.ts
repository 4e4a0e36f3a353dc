import busboy from "busboy"
import { PassThrough } from "node:stream"
import { WildcatError } from "@wildcat/shared/contracts"
import type { StagedMedia } from "../media/staged-media.ts"
import type { TenantAccess } from "../tenant/tenant-access.ts"
import { refuseEncoding, refuseLength } from "./body-reader.ts"
import type { RawRequest } from "./body-reader.ts"
import { invalid } from "./parse-input.ts"

interface Parts {
  fields: Record<string, string>
  file: StagedMedia
}

/** What a form may add to its file: the other fields, boundaries and part headers. */
const overheadBytesMax = 512 * 1024
const fieldBytesMax = 400 * 1024

/**
 * Reads a form with one file part `file`, which goes to the media store as it comes, and text fields of the given names.
 * Throws naming the field that is unknown, missing, double or too large; then nothing stays stored.
 */
export async function readMultipart(
  request: RawRequest,
  tenant: TenantAccess,
  options: { fields: readonly string[] },
): Promise<Parts> {
  refuseEncoding(request)
  refuseLength(request, tenant.limits.mediaBytesMax + overheadBytesMax)
  const form = parserOf(request)
  const fields: Record<string, string> = {}
  let staged: Promise<StagedMedia> | undefined
  const finished = new Promise<void>((resolve, reject) => {
    form.on("field", (name, value, info) => {
      if (!options.fields.includes(name) || name in fields)
        return reject(invalid(name, "is not known, or is there twice"))
      if (info.valueTruncated) return reject(new WildcatError("body_too_large", { field: name }))
      fields[name] = value
    })
    form.on("file", (name, stream, info) => {
      if (name !== "file" || staged !== undefined) {
        stream.once("error", reject).resume()
        return reject(invalid(name || "file", "is not known, or is there twice"))
      }
      const described = { mimetype: info.mimeType || "application/octet-stream", fileName: nameOf(info.filename) }
      const bytes = new PassThrough()
      stream.once("error", (error) => bytes.destroy(malformed(error)))
      staged = tenant.media.stage(stream.pipe(bytes), described, "file")
      staged.catch(reject)
    })
    for (const limit of ["partsLimit", "filesLimit", "fieldsLimit"] as const) {
      form.on(limit, () => reject(invalid("body", "has too many parts")))
    }
    form.on("error", (error) => reject(malformed(error)))
    form.on("close", resolve)
    request.once("close", () => {
      if (!request.complete) reject(new WildcatError("client_closed_request"))
    })
  })
  request.pipe(form)
  try {
    await finished
    if (staged === undefined) throw invalid("file", "is missing")
    return { fields, file: await staged }
  } catch (error) {
    request.unpipe(form)
    form.destroy()
    // Waits for the store to be done with it; when that failed, nothing was stored.
    await Promise.allSettled([staged?.then((file) => file.discard())])
    throw error
  }
}

function malformed(cause: unknown): WildcatError {
  return Object.assign(invalid("body", "is not a valid form"), { cause })
}

function parserOf(request: RawRequest) {
  try {
    return busboy({
      headers: request.headers,
      defParamCharset: "utf8",
      limits: { fieldSize: fieldBytesMax, fieldNameSize: 100, fields: 4, files: 2, parts: 6, headerPairs: 20 },
    })
  } catch (error) {
    throw Object.assign(invalid("header.content-type", "names no boundary"), { cause: error })
  }
}

/** The last part of a path that a browser may have sent. */
function nameOf(filename: string | undefined): string | null {
  return filename?.split(/[/\\]/).at(-1)?.slice(0, 255) || null
}
