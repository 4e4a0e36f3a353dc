import { createHash } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"
import { WildcatError, newSeed } from "@wildcat/shared/contracts"
import { faultPoint, tolerate } from "@wildcat/shared/runtime"
import type { Logger, SecretBox } from "@wildcat/shared/runtime"
import { isDuplicateKey } from "@wildcat/shared/store"
import type { Collections, IdempotencyDoc } from "@wildcat/shared/store"

/** An answer as it is recorded and given again. */
export interface Outcome {
  status: number
  headers?: Record<string, string>
  body?: unknown
}

export interface IdempotentCall {
  tenant: string
  /** The Idempotency-Key; without one the call is simply carried out. */
  key: string | undefined
  /** Anything JSON that tells this call from another one under the same key. */
  fingerprint: unknown
  /** `repeated`: an earlier try with this seed may have done a part of it, or all. */
  effect: (seed: string, repeated: boolean) => Promise<Outcome>
}

export interface Idempotency {
  /**
   * Carries a call out once per key. The same call again gets the recorded answer (`replayed`); while it is under way, it
   * waits for it. After a crash it is carried out again with the same seed. Throws `idempotency_key_reused` for another
   * call under the key, and `conflict` when the first one takes longer than the wait.
   */
  run(call: IdempotentCall): Promise<{ outcome: Outcome; replayed: boolean }>
}

/** A call whose process died is taken over after this time; a living one renews its claim. */
const lockMs = 5_000
const renewMs = 1_500
/** How long a call waits for the same one under way. */
const waitMs = 30_000
const pollMs = 100
/** How long an answer is given again. */
export const retentionMs = 24 * 3_600_000

interface Parts {
  records: Collections["idempotency"]
  box: SecretBox
  log: Logger
}

export function createIdempotency(parts: Parts): Idempotency {
  return {
    async run(call) {
      if (call.key === undefined) return { outcome: await call.effect(newSeed(), false), replayed: false }
      const id = `${call.tenant}:${call.key}`
      const fingerprint = createHash("sha256").update(JSON.stringify(call.fingerprint)).digest("hex")
      const claim = await claimOrJoin(parts, { id, tenant: call.tenant, fingerprint })
      if ("outcome" in claim) return { outcome: claim.outcome, replayed: true }
      return { outcome: await carryOut(parts, claim, call.effect), replayed: false }
    },
  }
}

interface Wanted {
  id: string
  tenant: string
  fingerprint: string
}

interface Claim {
  mine: IdempotencyDoc
  /** It was another call's before. */
  repeated: boolean
}

/** Either the record is ours to carry out, or another call has recorded the outcome. */
async function claimOrJoin(parts: Parts, wanted: Wanted): Promise<Claim | { outcome: Outcome }> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const mine = await claimNew(parts.records, wanted)
    if (mine) return { mine, repeated: false }
    const record = await parts.records.findOne({ _id: wanted.id })
    const outcome = record && (await settle(parts, record, wanted))
    if (outcome) return outcome
    if (performance.now() > deadline) {
      throw new WildcatError("conflict", {
        detail: "the first request with this idempotency key is still under way; ask again",
        field: "header.idempotency-key",
      })
    }
    await pause(pollMs)
  }
}

async function claimNew(records: Parts["records"], wanted: Wanted): Promise<IdempotencyDoc | null> {
  const now = Date.now()
  const record: IdempotencyDoc = {
    _id: wanted.id,
    tenant: wanted.tenant,
    fingerprint: wanted.fingerprint,
    state: "running",
    lockedUntil: new Date(now + lockMs),
    seed: newSeed(),
    response: null,
    expiresAt: new Date(now + retentionMs),
  }
  try {
    await records.insertOne(record)
    return record
  } catch (error) {
    if (isDuplicateKey(error)) return null
    throw error
  }
}

/** What an existing record means; null: look again. */
async function settle(
  parts: Parts,
  record: IdempotencyDoc,
  wanted: Wanted,
): Promise<Claim | { outcome: Outcome } | null> {
  if (record.expiresAt.getTime() <= Date.now()) {
    await parts.records.deleteOne({ _id: record._id, expiresAt: record.expiresAt })
    return null
  }
  if (record.fingerprint !== wanted.fingerprint) {
    throw new WildcatError("idempotency_key_reused", { field: "header.idempotency-key" })
  }
  if (record.state === "done") return { outcome: openResponse(parts.box, record) }
  if (record.lockedUntil.getTime() > Date.now()) return null
  const lockedUntil = new Date(Date.now() + lockMs)
  const taken = await parts.records.updateOne(
    { _id: record._id, state: "running", lockedUntil: record.lockedUntil },
    { $set: { lockedUntil } },
  )
  return taken.modifiedCount === 1 ? { mine: { ...record, lockedUntil }, repeated: true } : null
}

/**
 * A call that fails has no recorded answer: the next one under the key carries it out again, with the same seed. So an
 * error can be repaired and tried again, and what had been done already is recognised.
 */
async function carryOut(
  parts: Parts,
  { mine: record, repeated }: Claim,
  effect: IdempotentCall["effect"],
): Promise<Outcome> {
  const renewal = setInterval(() => void tolerate(lockFor(parts, record, lockMs), "renewed again", parts.log), renewMs)
  try {
    const outcome = await effect(record.seed, repeated)
    faultPoint("api.after-effect-before-idempotency-record")
    const response = sealResponse(parts.box, record._id, outcome)
    await parts.records.updateOne({ _id: record._id }, { $set: { state: "done", response } })
    return outcome
  } catch (error) {
    clearInterval(renewal)
    await tolerate(lockFor(parts, record, 0), "the claim ends by itself", parts.log)
    throw error
  } finally {
    clearInterval(renewal)
  }
}

async function lockFor(parts: Parts, record: IdempotencyDoc, ms: number): Promise<void> {
  const lockedUntil = new Date(Date.now() + ms)
  await parts.records.updateOne({ _id: record._id, state: "running" }, { $set: { lockedUntil } })
}

/** An answer may hold a secret that is shown once (a new API key, a webhook's secret). */
function sealResponse(box: SecretBox, id: string, { status, ...rest }: Outcome): IdempotencyDoc["response"] {
  return { status, body: box.seal(Buffer.from(JSON.stringify(rest)), `idempotency:${id}`).toString("base64") }
}

function openResponse(box: SecretBox, record: IdempotencyDoc): Outcome {
  if (record.response === null) throw new Error("a finished call has no recorded answer")
  const opened = box.open(Buffer.from(record.response.body, "base64"), `idempotency:${record._id}`)
  const rest: Omit<Outcome, "status"> = JSON.parse(opened.toString())
  return { status: record.response.status, ...rest }
}
