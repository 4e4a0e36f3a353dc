import { createHmac, timingSafeEqual } from "node:crypto"
import type { SecretBox } from "./secret-box.ts"

const purpose = "media links"

/**
 * A link to the bytes of a media that opens without an API key until it expires:
 * `<publicUrl>/v1/media/<id>/content?expires=<unix seconds>&signature=<base64url HMAC-SHA256>`.
 */
export function signMediaLink(link: { publicUrl: string; media: string; expiresAt: Date }, box: SecretBox): string {
  const expires = Math.floor(link.expiresAt.getTime() / 1000).toString()
  const query = new URLSearchParams({ expires, signature: sign(box.deriveKey(purpose), link.media, expires) })
  return `${link.publicUrl}/v1/media/${link.media}/content?${query}`
}

/** True when the link was signed by us for this media and has not expired at `now`. */
export function mediaLinkOpens(
  link: { media: string; expires: string; signature: string; now: Date },
  box: SecretBox,
): boolean {
  if (!/^\d{1,12}$/.test(link.expires) || Number(link.expires) * 1000 <= link.now.getTime()) return false
  return box.deriveKeys(purpose).some((key) => equals(sign(key, link.media, link.expires), link.signature))
}

function sign(key: Buffer, media: string, expires: string): string {
  return createHmac("sha256", key).update(`${media}.${expires}`).digest("base64url")
}

function equals(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)]
  return left.length === right.length && timingSafeEqual(left, right)
}
