import { lookup } from "node:dns"
import type { LookupAddress, LookupOptions } from "node:dns"
import ipaddr from "ipaddr.js"

/** Decides which addresses Wildcat may call when somebody else names them (webhooks, media by URL). */
export interface AddressPolicy {
  /** CIDR ranges that are allowed although they are not public, e.g. `127.0.0.0/8`. Empty: public addresses only. */
  allowedRanges: readonly string[]
}

/** True for public unicast addresses (also inside IPv6 forms of IPv4) and for the ranges the policy allows. */
export function isAllowedAddress(address: string, policy: AddressPolicy): boolean {
  if (!ipaddr.isValid(address)) return false
  const ip = ipaddr.process(address)
  if (policy.allowedRanges.some((range) => inRange(ip, range))) return true
  return ip.range() === "unicast" && !isEmbeddedPrivate(ip)
}

/**
 * A `dns.lookup` that refuses names which lead to forbidden addresses. It runs for each connection and the socket
 * connects to the very address that was checked, so a name cannot turn private in between.
 * Literal addresses never reach a lookup: check them with `refusedHost` first.
 */
export function guardedLookup(policy: AddressPolicy, resolve: typeof lookup = lookup) {
  return (
    host: string,
    options: LookupOptions,
    done: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
  ): void => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const allowed = error ? [] : addresses.filter((each) => isAllowedAddress(each.address, policy))
      const [first] = allowed
      if (error) return done(error, "", 0)
      // One forbidden address is enough to refuse: a name that mixes public and private ones has no good use.
      if (first === undefined || allowed.length < addresses.length) return done(new AddressNotAllowed(host), "", 0)
      return options.all ? done(null, allowed) : done(null, first.address, first.family)
    })
  }
}

/** True when the URL's host is a literal address that the policy forbids. */
export function hasForbiddenHost(url: URL, policy: AddressPolicy): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "")
  return ipaddr.isValid(host) && !isAllowedAddress(host, policy)
}

/** The name leads to an address that Wildcat does not call. */
export class AddressNotAllowed extends Error {
  readonly code = "EADDRNOTALLOWED"

  constructor(host: string) {
    super(`${host} leads to an address that is not allowed`)
    this.name = "AddressNotAllowed"
  }
}

function inRange(ip: ipaddr.IPv4 | ipaddr.IPv6, range: string): boolean {
  const [network, bits] = ipaddr.parseCIDR(range)
  return ip.kind() === network.kind() && ip.match([network, bits])
}

/** IPv6 forms that carry an IPv4 address (NAT64, 6to4, Teredo) are judged as not public. */
function isEmbeddedPrivate(ip: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return ["rfc6052", "6to4", "teredo"].includes(ip.range())
}
