import type { IncomingMessage } from "node:http"
import type { Readable } from "node:stream"
import got from "got"
import { WildcatError } from "@wildcat/shared/contracts"
import { AddressNotAllowed, guardedLookup, hasForbiddenHost } from "@wildcat/shared/runtime"
import type { AddressPolicy } from "@wildcat/shared/runtime"

interface Source {
  url: string
  /** Where the URL stood in the request. */
  field: string
  addresses: AddressPolicy
  /** For everything, from the first name looked up to the last byte. */
  timeoutMs: number
  bytesMax: number
}

const redirectsMax = 3

/**
 * Opens a URL that somebody else chose. Every hop is checked: scheme, no credentials, no address that is not public, for
 * the very address that is connected to. Throws WildcatError naming the field.
 */
export async function fetchPublic(source: Source): Promise<Readable> {
  const deadline = performance.now() + source.timeoutMs
  let url = parse(source.url, source)
  for (let hop = 0; hop <= redirectsMax; hop += 1) {
    const { stream, response } = await open(url, source, deadline - performance.now())
    const { statusCode = 0, headers } = response
    if (statusCode === 200) {
      if (Number(headers["content-length"] ?? 0) > source.bytesMax) {
        stream.destroy()
        throw new WildcatError("media_too_large", { field: source.field })
      }
      return stream
    }
    stream.destroy()
    if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) {
      throw failed(source, `the server answered ${statusCode}`)
    }
    url = parse(headers.location, source, url)
  }
  throw failed(source, "there were too many redirects")
}

async function open(
  url: URL,
  source: Source,
  timeoutMs: number,
): Promise<{ stream: Readable; response: IncomingMessage }> {
  if (timeoutMs <= 0) throw failed(source, "it took too long")
  const stream = got.stream(url, {
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    retry: { limit: 0 },
    dnsLookup: guardedLookup(source.addresses),
    timeout: { request: timeoutMs },
    headers: { "accept-encoding": "identity", "user-agent": "Wildcat" },
  })
  return new Promise((resolve, reject) => {
    stream.once("response", (response: IncomingMessage) => resolve({ stream, response }))
    // Stays attached: a failure after the response reaches whoever reads the stream, as a rejection of ours.
    stream.on("error", (error: Error) => reject(reason(error, source)))
  })
}

/** An error while the bytes come in, in our words; anything else as it is. */
export function asFetchFailure(error: unknown, field: string): unknown {
  if (!(error instanceof Error) || error instanceof WildcatError) return error
  const fetching = ["RequestError", "ReadError", "TimeoutError", "HTTPError"].includes(error.name)
  return fetching ? failed({ field }, "the connection broke", error) : error
}

function parse(text: string, source: Source, base?: URL): URL {
  const url = URL.parse(text, base?.href)
  if (url === null || !["http:", "https:"].includes(url.protocol)) throw failed(source, "it is no http or https URL")
  if (url.username || url.password) throw failed(source, "a URL must not hold user name or password")
  if (hasForbiddenHost(url, source.addresses)) throw forbidden(source)
  return url
}

function reason(error: Error, source: Source): WildcatError {
  if (error.cause instanceof AddressNotAllowed || ("code" in error && error.code === "EADDRNOTALLOWED")) {
    return forbidden(source, error)
  }
  return failed(source, "the server could not be reached in time", error)
}

function forbidden({ field }: Pick<Source, "field">, cause?: Error): WildcatError {
  return new WildcatError("address_not_allowed", {
    field,
    detail: `${field}: the URL leads to an address that is not public`,
    cause,
  })
}

function failed({ field }: Pick<Source, "field">, why: string, cause?: Error): WildcatError {
  return new WildcatError("media_not_fetched", { field, detail: `${field}: ${why}`, cause })
}
