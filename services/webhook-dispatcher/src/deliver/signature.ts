import { createHmac } from "node:crypto"

/** What is signed: the event's id, when it is sent, the exact body. */
export interface SignedContent {
  id: string
  timestamp: Date
  body: string
}

/**
 * The headers of Standard Webhooks 1.0 (symmetric, `v1`): HMAC-SHA256 over `<id>.<unix seconds>.<body>` under the bytes
 * that a secret's `whsec_<base64>` stands for; one signature per secret. Throws when a secret has another form.
 */
export function signatureHeaders(content: SignedContent, secrets: readonly string[]): Record<string, string> {
  const seconds = Math.floor(content.timestamp.getTime() / 1_000).toString()
  const signed = `${content.id}.${seconds}.${content.body}`
  const signatures = secrets.map(
    (secret) => `v1,${createHmac("sha256", keyOf(secret)).update(signed).digest("base64")}`,
  )
  return { "webhook-id": content.id, "webhook-timestamp": seconds, "webhook-signature": signatures.join(" ") }
}

function keyOf(secret: string): Buffer {
  const key = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1]
  if (key === undefined) throw new Error("the webhook's secret is not of the form whsec_<base64>")
  return Buffer.from(key, "base64")
}
