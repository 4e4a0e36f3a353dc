import { lookup } from "node:dns/promises"
import { WildcatError } from "@wildcat/shared/contracts"
import { hasForbiddenHost, isAllowedAddress } from "@wildcat/shared/runtime"
import type { AddressPolicy } from "@wildcat/shared/runtime"
import { invalid } from "../http/parse-input.ts"

/**
 * Checks where a webhook leads: scheme, no credentials, and no address that is not public. A name that cannot be resolved
 * now is accepted: every delivery checks it again, for the very address that it connects to.
 */
export async function checkWebhookUrl(
  text: string,
  policy: { allowHttp: boolean; addresses: AddressPolicy },
): Promise<void> {
  const url = URL.parse(text)
  if (url === null) throw invalid("url", "must be a URL")
  if (url.protocol !== "https:" && !(url.protocol === "http:" && policy.allowHttp))
    throw invalid("url", "must be https")
  if (url.username || url.password) throw invalid("url", "must not hold user name or password")
  if (url.hash) throw invalid("url", "must not have a fragment")
  const addresses = hasForbiddenHost(url, policy.addresses) ? null : await resolve(url.hostname)
  if (addresses === null || addresses.some((address) => !isAllowedAddress(address, policy.addresses))) {
    throw new WildcatError("address_not_allowed", {
      field: "url",
      detail: "url: leads to an address that is not public",
    })
  }
}

const resolveMs = 2_000

/** The addresses of a host, none when it cannot be resolved in time. */
async function resolve(hostname: string): Promise<string[]> {
  const host = hostname.replace(/^\[|\]$/g, "")
  const { promise, resolve: giveUp } = Promise.withResolvers<string[]>()
  const timer = setTimeout(() => giveUp([]), resolveMs)
  const addresses = lookup(host, { all: true }).then(
    (found) => found.map(({ address }) => address),
    () => [],
  )
  const found = await Promise.race([addresses, promise])
  clearTimeout(timer)
  return found
}
