import { faultPoint } from "@wildcat/shared/runtime"
import type { Logger, SecretBox } from "@wildcat/shared/runtime"
import type { Collections } from "@wildcat/shared/store"
import type { Claim } from "./claim.ts"
import type { DeliveringWebhook } from "./pending-webhooks.ts"
import type { Poster, PostResult } from "./post.ts"
import { recordAttempt } from "./record.ts"
import { signatureHeaders } from "./signature.ts"
import { judge } from "./verdict.ts"
import type { RetryPolicy, Verdict } from "./verdict.ts"

export interface AttemptParts {
  collections: Collections
  box: SecretBox
  poster: Poster
  policy: RetryPolicy
  log: Logger
}

/** Makes a claimed attempt and records its outcome. Returns the verdict; throws only when the database fails. */
export async function makeAttempt(parts: AttemptParts, claim: Claim, webhook: DeliveringWebhook): Promise<Verdict> {
  const result = await post(parts, claim, webhook)
  faultPoint("dispatcher.after-post-before-record")
  const verdict = judge(result, claim.attempt.number, parts.policy, { now: new Date() })
  await recordAttempt(parts.collections, claim, result, verdict)
  const { delivery, attempt } = claim
  parts.log.info(
    {
      delivery: delivery._id,
      webhook: delivery.webhook,
      type: delivery.type,
      attempt: attempt.number,
      verdict: verdict.kind,
      status: result.kind === "answered" ? result.statusCode : null,
      reason: verdict.kind === "delivered" ? null : verdict.error,
      latencyMs: result.latencyMs,
    },
    "delivery.attempted",
  )
  return verdict
}

async function post({ box, poster, log }: AttemptParts, claim: Claim, webhook: DeliveringWebhook): Promise<PostResult> {
  const { event: id, body } = claim.delivery
  let headers: Record<string, string>
  try {
    const secret = box.open(bytesOf(webhook.secret), `webhook:${webhook._id}`).toString("utf8")
    headers = signatureHeaders({ id, timestamp: new Date(), body }, secret)
  } catch (error) {
    log.error({ error, webhook: webhook._id }, "webhook.secret_not_readable")
    return { kind: "failed", error: "the webhook's secret cannot be read", latencyMs: 0 }
  }
  return poster.post({ url: webhook.url, headers, body })
}

/** What mongoose calls a Buffer comes as BSON's Binary when documents are read lean. */
function bytesOf(value: Uint8Array | { buffer: Uint8Array }): Uint8Array {
  return value instanceof Uint8Array ? value : value.buffer
}
