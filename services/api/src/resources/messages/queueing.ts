import { z } from "zod"
import { DelayReason } from "@wildcat/shared/contracts"
import type { PacingSituation } from "@wildcat/shared/contracts"
import type { AccountDoc, OutboxDoc } from "@wildcat/shared/store"
import { invalid } from "../../http/parse-input.ts"
import { delayOf } from "../../tenant/outbox.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"

/** Longest time that a message may wait for its hour. */
const aheadDaysMax = 366

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text))

/** How a send stands in the queue: fields of its body. */
export const queueing = {
  sendAt: instant.optional().describe("Not before this time"),
  expiresAt: instant
    .optional()
    .describe(
      "Not after this time: a message that still waits then ends as `expired`. Default: it waits as long as it takes",
    ),
  priority: z
    .enum(["normal", "bulk"])
    .default("normal")
    .describe(
      "`bulk`: after everything that is not. Replies to who wrote within 24 hours go before both by themselves",
    ),
}

interface Times {
  sendAt?: Date | undefined
  expiresAt?: Date | undefined
}

/** Throws `invalid_request` for times that cannot be meant. */
export function checkTimes({ sendAt, expiresAt }: Times): void {
  const now = Date.now()
  if (sendAt !== undefined && sendAt.getTime() > now + aheadDaysMax * 86_400_000) {
    throw invalid("sendAt", `must be within ${aheadDaysMax} days`)
  }
  if (expiresAt !== undefined && expiresAt.getTime() <= Math.max(now, sendAt?.getTime() ?? 0)) {
    throw invalid("expiresAt", "must be later than now and than sendAt")
  }
}

/** The fields of an outbox row that say when it goes. */
export async function queuedAs(
  tenant: TenantAccess,
  account: AccountDoc,
  { to, sendAt, expiresAt, priority }: Times & { to: { jid: string }; priority: "normal" | "bulk" },
  now: Date,
): Promise<Pick<OutboxDoc, "sendAt" | "dueAt" | "expiresAt" | "priority">> {
  const isLater = sendAt !== undefined && sendAt > now
  return {
    sendAt: sendAt ?? null,
    dueAt: isLater ? sendAt : now,
    expiresAt: expiresAt ?? null,
    priority: await tenant.outbox.classOf(account, to.jid, priority),
  }
}

/** What a message that waits in the queue shows of it. */
export const QueueView = z
  .object({
    sendAt: z.iso.datetime().nullable(),
    expiresAt: z.iso.datetime().nullable(),
    delayedUntil: z.iso
      .datetime()
      .nullable()
      .describe("It leaves then at the earliest; null when nothing holds it back"),
    reason: z.union([DelayReason, z.literal("scheduled")]).nullable(),
    campaign: z.string().nullable(),
  })
  .meta({ id: "QueueView" })

export function viewQueue(row: OutboxDoc, situation: PacingSituation): z.infer<typeof QueueView> | null {
  if (row.status !== "queued" || row.cancel?.settled === true) return null
  const delay = delayOf(row, situation)
  return {
    sendAt: row.sendAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    delayedUntil: delay?.until.toISOString() ?? null,
    reason: delay?.reason ?? null,
    campaign: row.campaign ?? null,
  }
}
