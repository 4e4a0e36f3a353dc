import { Agent, request } from "undici"
import { guardedLookup } from "@wildcat/shared/runtime"
import type { MediaAddress } from "./media-address.ts"
import { MediaFailure } from "./media-failure.ts"

/**
 * Opens the encrypted bytes of a media. Throws MediaFailure, at once or while the bytes are read; another error when it
 * was closed meanwhile, which is no fault of the media.
 */
export interface MediaOpener {
  open(address: MediaAddress): Promise<AsyncIterable<Buffer>>
  close(): Promise<void>
}

/**
 * Fetches over HTTP, without following redirects. A host that the configuration does not name itself is connected to
 * only at a public address. Certificates are checked against Node's roots and those of NODE_EXTRA_CA_CERTS.
 */
export function createMediaOpener(limits: { silenceMs: number; fetchMs: number; bytesMax: number }): MediaOpener {
  const waits = { headersTimeout: limits.silenceMs, bodyTimeout: limits.silenceMs }
  const state = { closed: false }
  const asFailure = (error: unknown) => (error instanceof MediaFailure || state.closed ? error : failureOf(error))
  const trusted = new Agent({ connect: { timeout: limits.silenceMs } })
  const guarded = new Agent({ connect: { timeout: limits.silenceMs, lookup: guardedLookup({ allowedRanges: [] }) } })

  return {
    async open(address) {
      try {
        const response = await request(address.url, {
          dispatcher: address.trusted ? trusted : guarded,
          signal: AbortSignal.timeout(limits.fetchMs),
          headers: { origin: "https://web.whatsapp.com" },
          ...waits,
        })
        const failure = refusal(response.statusCode, Number(response.headers["content-length"]), limits.bytesMax)
        if (failure === null) return bounded(response.body, limits.bytesMax, asFailure)
        response.body.on("error", () => undefined).destroy()
        throw failure
      } catch (error) {
        throw asFailure(error)
      }
    },
    close: async () => {
      state.closed = true
      await Promise.all([trusted.destroy(), guarded.destroy()])
    },
  }
}

/** WhatsApp answers 403 for an address that has expired, 404 and 410 for a file that it has deleted. */
const goneStatuses: ReadonlySet<number> = new Set([403, 404, 410])

function refusal(status: number, bytes: number, bytesMax: number): MediaFailure | null {
  if (goneStatuses.has(status)) return new MediaFailure("gone")
  if (status !== 200) return new MediaFailure("unavailable", new Error(`the media host answered ${status}`))
  return bytes > bytesMax ? new MediaFailure("too_large") : null
}

async function* bounded(
  body: AsyncIterable<Buffer>,
  bytesMax: number,
  asFailure: (error: unknown) => unknown,
): AsyncGenerator<Buffer> {
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += chunk.length
      if (bytes > bytesMax) throw new MediaFailure("too_large")
      yield chunk
    }
  } catch (error) {
    throw asFailure(error)
  }
}

function failureOf(cause: unknown): MediaFailure {
  return new MediaFailure("unavailable", cause)
}
