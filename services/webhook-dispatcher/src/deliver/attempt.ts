import type { RetryPolicy } from "@wildcat/shared/contracts"
import { faultPoint } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { CachedWebhook } from "../webhooks/webhook-cache.ts"
import type { Claim } from "./claim.ts"
import type { Ledger } from "./ledger.ts"
import { outcomeWrite } from "./outcome.ts"
import type { Poster, PostResult } from "./post.ts"
import { signatureHeaders } from "./signature.ts"
import { judge } from "./verdict.ts"
import type { Verdict } from "./verdict.ts"

export interface AttemptParts {
  ledger: Ledger
  poster: Poster
  /** For webhooks without a policy of their own. */
  policy: RetryPolicy
  timeoutMs: number
  retryAfterMsMax: number
  log: Logger
}

/** Makes a claimed attempt and records its outcome; throws only when the database fails. */
export async function makeAttempt(
  parts: AttemptParts,
  claim: Claim,
  webhook: CachedWebhook,
  /** Called when the endpoint is done with, before the outcome is recorded. */
  posted: () => void,
): Promise<{ result: PostResult; verdict: Verdict }> {
  const result = await post(parts, claim, webhook).finally(posted)
  faultPoint("dispatcher.after-post-before-record")
  const { delivery, number, ofSchedule } = claim
  const since = delivery.since ?? delivery.createdAt
  const verdict = judge(result, webhook.retry ?? parts.policy, {
    number: ofSchedule,
    since,
    now: new Date(),
    retryAfterMsMax: parts.retryAfterMsMax,
  })
  await parts.ledger.write(outcomeWrite(claim, result, verdict))
  const line = {
    delivery: delivery._id,
    webhook: delivery.webhook,
    type: delivery.type,
    attempt: number,
    verdict: verdict.kind,
    status: result.kind === "answered" ? result.statusCode : null,
    latencyMs: result.latencyMs,
  }
  if (verdict.kind === "delivered") parts.log.debug(line, "delivery.attempted")
  else parts.log.info({ ...line, reason: verdict.error }, "delivery.attempted")
  return { result, verdict }
}

async function post(parts: AttemptParts, claim: Claim, webhook: CachedWebhook): Promise<PostResult> {
  if (webhook.secrets === null) return { kind: "failed", error: "the webhook's secret cannot be read", latencyMs: 0 }
  const { event: id, body } = claim.delivery
  const timestamp = new Date()
  const secrets = webhook.secrets.flatMap(({ secret, until }) => (until === null || until > timestamp ? [secret] : []))
  let signature: Record<string, string>
  try {
    signature = signatureHeaders({ id, timestamp, body }, secrets)
  } catch (error) {
    parts.log.error({ error, webhook: webhook._id }, "webhook.secret_not_readable")
    return { kind: "failed", error: "the webhook's secret cannot be read", latencyMs: 0 }
  }
  const headers = { ...webhook.customHeaders, ...signature }
  return parts.poster.post({ url: webhook.url, headers, body, timeoutMs: webhook.timeoutMs ?? parts.timeoutMs })
}
