import { invalid } from "./parse-input.ts"

/** What a WebSocket speaks: named in the answer when the client names it. */
export const protocolName = "wildcat.events.v1"

/**
 * The API key in `Sec-WebSocket-Protocol: wildcat.events.v1, key.<API key>`: browsers can set no other header. Null when
 * none is there. Throws `invalid_request` when the protocol's own name is missing: only that is ever named in the answer,
 * and a browser gives up a connection of which no protocol was taken.
 */
export function keyOfProtocols(header: string | undefined): string | null {
  if (header === undefined) return null
  const offered = header.split(",").map((name) => name.trim())
  if (!offered.includes(protocolName)) {
    throw invalid("header.sec-websocket-protocol", `must name ${protocolName}`)
  }
  return offered.find((name) => name.startsWith("key."))?.slice(4) ?? null
}
