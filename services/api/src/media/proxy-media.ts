import type { IncomingMessage } from "node:http"
import { pipeline } from "node:stream/promises"
import got from "got"
import type { Response } from "express"
import { WildcatError } from "@wildcat/shared/contracts"

interface Request {
  url: string
  method: string
  headers: Record<string, string | undefined>
  gone: AbortSignal
}

const answered = new Set([200, 206, 304, 416])
const passedBack = [
  "content-type",
  "content-length",
  "content-range",
  "content-disposition",
  "accept-ranges",
  "etag",
  "last-modified",
  "cache-control",
  "content-security-policy",
]

/** Longest silence of the media service, in milliseconds. */
const silenceMs = 15_000

/**
 * Passes a request on to the media service and its answer back, byte by byte as the client takes them. Throws `not_found`,
 * or `dependency_unavailable` when the media service does not answer.
 */
export async function proxyMedia(request: Request, response: Response): Promise<void> {
  const upstream = got.stream(request.url, {
    method: request.method === "HEAD" ? "HEAD" : "GET",
    headers: { ...request.headers, "accept-encoding": "identity" },
    decompress: false,
    followRedirect: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    signal: request.gone,
    timeout: { connect: 2_000, response: silenceMs, socket: silenceMs },
  })
  const answer = await responseOf(upstream)
  const status = answer.statusCode ?? 0
  if (!answered.has(status)) {
    upstream.destroy()
    throw status === 404
      ? new WildcatError("not_found", { detail: "the media is not stored, or not yet", field: "path.id" })
      : unavailable()
  }
  response.status(status)
  // Set on the bare response: Express would append a charset to text types.
  for (const name of passedBack) {
    const value = answer.headers[name]
    if (value !== undefined) response.setHeader(name, value)
  }
  await pipeline(upstream, response)
}

function responseOf(upstream: ReturnType<typeof got.stream>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    upstream.once("response", resolve)
    upstream.once("error", (error: Error) => reject(unavailable(error)))
  })
}

function unavailable(cause?: Error): WildcatError {
  return new WildcatError("dependency_unavailable", { detail: "the media service is not available", cause })
}
