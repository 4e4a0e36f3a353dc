import { z } from "zod"
import { AccountPacing, AccountStatus, Person, StatusReason, idSchema } from "@wildcat/shared/contracts"
import type { AccountDoc } from "@wildcat/shared/store"
import { OwnedBecause } from "../workers/worker-view.ts"

export const AccountName = z.string().trim().min(1).max(100).describe("For people; need not be unique")

/** An account as the API shows it. */
export const AccountView = z
  .object({
    id: idSchema("account"),
    name: z.string(),
    desired: z.enum(["running", "stopped"]).describe("What was asked for; `status` follows"),
    status: AccountStatus,
    reason: StatusReason.nullable().describe("Why it has this status, where there is something to say"),
    me: Person.nullable().describe("The linked number; null until an account was linked"),
    owner: z
      .object({
        worker: z.string(),
        since: z.iso.datetime(),
        why: OwnedBecause.nullable(),
      })
      .nullable()
      .describe("The worker that holds the session; null when none does"),
    pacing: AccountPacing.describe("How fast it writes; null: as the installation says"),
    restriction: z
      .object({ code: z.string(), until: z.iso.datetime().nullable() })
      .nullable()
      .describe("WhatsApp lets it write to nobody new, until then"),
    statusAt: z.iso.datetime(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({
    id: "Account",
    example: {
      id: "acc_01JDGZ8Q4W0000000000000000",
      name: "Support",
      desired: "running",
      status: "connected",
      reason: null,
      me: { pn: "4915112345678@s.whatsapp.net", lid: "98765432101234@lid" },
      owner: { worker: "session-worker-0", since: "2026-11-24T10:00:00.000Z", why: "claimed" },
      pacing: null,
      restriction: null,
      statusAt: "2026-11-24T10:00:05.000Z",
      createdAt: "2026-11-24T09:59:00.000Z",
      updatedAt: "2026-11-24T10:00:05.000Z",
    },
  })

export const accountParams = z.strictObject({ id: idSchema("account") })

export function viewAccount(account: AccountDoc) {
  return {
    id: account._id,
    name: account.name,
    desired: account.desired,
    status: account.status,
    reason: account.reason,
    me: account.me,
    owner: account.owner && {
      worker: account.owner.worker,
      since: account.owner.since.toISOString(),
      why: account.owner.why ?? null,
    },
    pacing: account.pacing ?? null,
    restriction: account.restriction
      ? { code: account.restriction.code, until: account.restriction.until?.toISOString() ?? null }
      : null,
    statusAt: account.statusAt.toISOString(),
    createdAt: account.createdAt.toISOString(),
    updatedAt: account.updatedAt.toISOString(),
  }
}
