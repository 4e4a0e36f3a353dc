import type { lookup } from "node:dns"
import { Agent as HttpAgent } from "node:http"
import { Agent as HttpsAgent } from "node:https"
import got, { RequestError, TimeoutError } from "got"
import type { PlainResponse, Request } from "got"
import { AddressNotAllowed, guardedLookup, hasForbiddenHost } from "@wildcat/shared/runtime"

/** What came of one POST. */
export type PostResult =
  | { kind: "answered"; statusCode: number; retryAfter: string | null; excerpt: string; latencyMs: number }
  | { kind: "failed"; error: string; latencyMs: number }

export interface Poster {
  /** Makes one POST. Never throws: whatever an endpoint does is a result. */
  post(request: { url: string; headers: Record<string, string>; body: string; timeoutMs: number }): Promise<PostResult>
  close(): void
}

export interface PostLimits {
  allowHttp: boolean
  allowedRanges: readonly string[]
  socketsMax: number
  /** Looks names up; the system's by default. */
  resolve?: typeof lookup
}

/** Bytes of an answer that are read; the rest is not waited for. */
const excerptBytesMax = 4_096

/**
 * Posts over reused connections, checking each address that a name leads to at the moment of connecting. Redirects are
 * not followed. The status counts as soon as the headers are there; a body that is long or slow is cut off.
 */
export function createPoster(limits: PostLimits): Poster {
  const pool = { keepAlive: true, maxFreeSockets: limits.socketsMax, timeout: 60_000 }
  const agent = { http: new HttpAgent(pool), https: new HttpsAgent(pool) }
  const dnsLookup = guardedLookup(limits, limits.resolve)
  return {
    async post({ url, headers, body, timeoutMs }) {
      const startedAt = performance.now()
      const latencyMs = () => Math.round(performance.now() - startedAt)
      const refusal = refusalOf(url, limits)
      if (refusal !== null) return { kind: "failed", error: refusal, latencyMs: 0 }
      const request = got.stream.post(url, {
        body,
        headers: { "user-agent": "Wildcat", "content-type": "application/json", ...headers },
        agent,
        dnsLookup,
        decompress: false,
        followRedirect: false,
        throwHttpErrors: false,
        retry: { limit: 0 },
        timeout: { request: timeoutMs },
      })
      try {
        const response = await headersOf(request)
        const answered = { statusCode: response.statusCode, retryAfter: response.headers["retry-after"] ?? null }
        return { kind: "answered", ...answered, latencyMs: latencyMs(), excerpt: await excerptOf(request) }
      } catch (error) {
        return { kind: "failed", error: describe(error), latencyMs: latencyMs() }
      } finally {
        request.destroy()
      }
    },
    close() {
      agent.http.destroy()
      agent.https.destroy()
    },
  }
}

function refusalOf(text: string, limits: PostLimits): string | null {
  const url = URL.parse(text)
  if (url === null) return "the URL is not valid"
  if (url.protocol !== "https:" && !(url.protocol === "http:" && limits.allowHttp)) return "only https is allowed"
  return hasForbiddenHost(url, limits) ? "the address is not allowed" : null
}

function headersOf(request: Request): Promise<PlainResponse> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve)
    // Stays for the life of the request: an error after the headers changes nothing any more.
    request.on("error", reject)
  })
}

/** The first bytes of the body as text; what arrived until then when it breaks off or takes too long. */
async function excerptOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= excerptBytesMax) break
    }
  } catch {
    // The status is known and decides; the excerpt only helps a person.
  }
  return Buffer.concat(chunks).subarray(0, excerptBytesMax).toString("utf8").replaceAll("\0", "")
}

/** A short reason without anything of the request in it. */
function describe(error: unknown): string {
  if (error instanceof TimeoutError) return "no answer in time"
  const cause = error instanceof RequestError ? error.cause : error
  if (cause instanceof AddressNotAllowed) return "the name leads to an address that is not allowed"
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown"
  return reasons[code] ?? `the request failed (${code})`
}

const reasons: Partial<Record<string, string>> = {
  EADDRNOTALLOWED: "the name leads to an address that is not allowed",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was closed before an answer came",
  ENOTFOUND: "the name of the host is not known",
  EAI_AGAIN: "the name of the host could not be looked up",
  ETIMEDOUT: "no answer in time",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  CERT_HAS_EXPIRED: "the certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is not trusted",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate is not trusted",
  ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is for another host",
}
