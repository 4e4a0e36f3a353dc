import type { IncomingMessage } from "node:http"
import { buffer } from "node:stream/consumers"
import type { z } from "zod"
import { WildcatError } from "@wildcat/shared/contracts"
import type { TenantAccess } from "../tenant/tenant-access.ts"
import { invalid, parseBody } from "./parse-input.ts"

export type RawRequest = IncomingMessage

/** A body as it was understood. */
export interface ReadBody<T> {
  value: T
  /** The same for the same content, whatever its form on the wire; JSON. */
  fingerprint: unknown
  /** Removes what was stored while reading. */
  discard?: () => Promise<void>
}

/** How an endpoint reads its body. */
export interface BodyReader<T> {
  /** For OpenAPI: content type → schema (null for bytes). */
  content: Record<string, z.ZodType | null>
  required: boolean
  read(request: RawRequest, tenant: TenantAccess): Promise<ReadBody<T>>
}

/** The largest JSON body where no other limit is named. */
export const smallJsonBytesMax = 64 * 1024

/** A JSON object of this schema, of at most `bytesMax` bytes. */
export function jsonBody<S extends z.ZodType>(schema: S, bytesMax = smallJsonBytesMax): BodyReader<z.infer<S>> {
  return {
    content: { "application/json": schema },
    required: true,
    async read(request) {
      if (mediaTypeOf(request) !== "application/json") throw unsupported("application/json")
      const value = parseBody(schema, await readJson(request, bytesMax))
      return { value, fingerprint: value }
    },
  }
}

export function mediaTypeOf(request: RawRequest): string {
  return (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? ""
}

export function unsupported(accepted: string): WildcatError {
  return new WildcatError("unsupported_media_type", {
    detail: `the content type must be ${accepted}`,
    field: "header.content-type",
  })
}

/** Reads and parses a JSON body. Throws `body_too_large` before more than `bytesMax` is held, `invalid_json`. */
export async function readJson(request: RawRequest, bytesMax: number): Promise<unknown> {
  refuseEncoding(request)
  const bytes = await readBytes(request, bytesMax)
  return parseJson(bytes)
}

/**
 * Throws `invalid_json` when the bytes are not JSON in UTF-8, and `invalid_request` naming the field when an escape in it
 * is half a character: no database and no WhatsApp could hold that text.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const [text, value] = parsed(bytes)
  if (/\\ud[89a-f]/i.test(text)) refuseHalfCharacters(value, [])
  return value
}

function parsed(bytes: Uint8Array): [text: string, value: unknown] {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes)
    return [text, JSON.parse(text)]
  } catch (error) {
    throw new WildcatError("invalid_json", { field: "body", cause: error })
  }
}

function refuseHalfCharacters(value: unknown, path: readonly string[]): void {
  if (typeof value === "string" && !value.isWellFormed()) {
    throw invalid(path.join(".") || "body", "has half a character in it: its Unicode is broken")
  }
  if (typeof value !== "object" || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (!key.isWellFormed()) throw invalid(path.join(".") || "body", "has a field whose name is broken Unicode")
    refuseHalfCharacters(inner, [...path, key])
  }
}

/** A compressed body could be a thousand times its size: it is refused. */
export function refuseEncoding(request: RawRequest): void {
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity"
  if (encoding === "identity") return
  throw new WildcatError("unsupported_media_type", {
    detail: "compressed bodies are not accepted",
    field: "header.content-encoding",
  })
}

/** Throws at once when the declared length is too large. */
export function refuseLength(request: RawRequest, bytesMax: number): void {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) throw tooLarge(bytesMax)
}

async function readBytes(request: RawRequest, bytesMax: number): Promise<Buffer> {
  refuseLength(request, bytesMax)
  return buffer(limited(request, bytesMax))
}

async function* limited(request: RawRequest, bytesMax: number): AsyncGenerator<Buffer> {
  let bytes = 0
  try {
    // Left early, the request must not be destroyed: its answer goes over the same connection.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length
      if (bytes > bytesMax) throw tooLarge(bytesMax)
      yield chunk
    }
  } catch (error) {
    throw error instanceof WildcatError ? error : new WildcatError("client_closed_request", { cause: error })
  }
}

function tooLarge(bytesMax: number): WildcatError {
  return new WildcatError("body_too_large", { detail: `the body may have at most ${bytesMax} bytes`, field: "body" })
}
