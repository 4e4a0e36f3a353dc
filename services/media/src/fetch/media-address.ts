import type { MediaReference } from "./media-reference.ts"
import { MediaFailure } from "./media-failure.ts"

/** Where media may be fetched from; see MEDIA_HOSTS. */
export interface HostPolicy {
  hosts: readonly string[]
  allowHttp: boolean
}

export interface MediaAddress {
  url: URL
  /** True for a host that the policy names itself: it may lead to a private address. */
  trusted: boolean
}

/** Where WhatsApp serves a `directPath` when the message names no host. */
const defaultOrigin = "https://mmg.whatsapp.net"

/**
 * The address of a media: its `directPath` on the host of its `url`, or the `url` itself.
 * Throws MediaFailure `host_not_allowed` unless the policy allows scheme and host, `no_reference` when it is no URL.
 */
export function mediaAddressOf(
  reference: Pick<MediaReference, "url" | "directPath">,
  policy: HostPolicy,
): MediaAddress {
  const url = locate(reference)
  const rule = policy.hosts.find((host) => matches(host, url))
  const schemeAllowed = url.protocol === "https:" || (url.protocol === "http:" && policy.allowHttp)
  if (rule === undefined || !schemeAllowed || url.username || url.password) throw new MediaFailure("host_not_allowed")
  return { url, trusted: !rule.startsWith(".") }
}

function locate({ url, directPath }: Pick<MediaReference, "url" | "directPath">): URL {
  if (!directPath) return parse(url ?? "")
  const origin = url ? parse(url).origin : defaultOrigin
  // Not resolved as a reference: `//other.host/…` would leave the origin.
  return parse(`${origin}/${directPath.replace(/^\/+/, "")}`)
}

function parse(text: string): URL {
  const url = URL.parse(text)
  if (url === null) throw new MediaFailure("no_reference")
  return url
}

function matches(rule: string, url: URL): boolean {
  if (rule.startsWith(".")) return url.hostname.endsWith(rule)
  return rule === url.hostname || rule === url.host
}
