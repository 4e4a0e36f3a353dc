import { z } from "zod"
import { AccountStatus, idSchema } from "@wildcat/shared/contracts"
import { ownedBecause } from "@wildcat/shared/store"
import type { AccountDoc } from "@wildcat/shared/store"

const count = z.number().int()

const workerExample = {
  id: "session-worker-0",
  alive: true,
  since: "2026-11-24T10:00:00.000Z",
  beatAgeMs: 1200,
  sessions: 120,
  capacity: 200,
  rssBytes: 314_572_800,
  undecryptable: { atFirst: 3, readLater: 2, givenUp: 1 },
  draining: false,
  drainOrdered: false,
}

/** A session worker as the API shows it. */
export const WorkerView = z
  .object({
    id: z.string().describe("Its `WORKER_ID`"),
    alive: z.boolean().describe("Its last heartbeat is younger than the limit after which others take its sessions"),
    since: z.iso.datetime().nullable().describe("When its process started"),
    beatAgeMs: count.nullable().describe("Age of its last heartbeat"),
    sessions: count.nullable().describe("Sessions that it has"),
    capacity: count.nullable().describe("Sessions that it may have"),
    rssBytes: count.nullable().describe("Resident memory of its process"),
    undecryptable: z
      .object({
        atFirst: count.describe("Could not be read when they came; they were asked for again"),
        readLater: count.describe("Of these came again and were read"),
        givenUp: count.describe("Told as `message.undecryptable`"),
      })
      .nullable()
      .describe("Messages that could not be decrypted, of all its sessions since its process started"),
    draining: z.boolean().describe("It gives its sessions to others and takes none, on order or because it ends"),
    drainOrdered: z.boolean().describe("It was ordered to drain; the order holds until it is taken back"),
  })
  .meta({
    id: "Worker",
    description: "What is null is not known: the worker has not run lately",
    example: workerExample,
  })

/** Workers are few: they come in one piece. */
export const WorkerList = z
  .object({ items: z.array(WorkerView) })
  .meta({ id: "Workers", example: { items: [workerExample] } })

export const OwnedBecause = z
  .enum(ownedBecause)
  .describe(
    "`claimed`: nobody had it; `failover`: its owner had fallen silent; `restarted`: its own worker began anew; given by " +
      "its owner because it was `drained`, for balance (`rebalanced`) or because it ended (`shutdown`)",
  )

export const ownedExample = {
  id: "acc_01JDGZ8Q4W0000000000000000",
  name: "Support",
  status: "connected",
  since: "2026-11-24T10:00:00.000Z",
  why: "rebalanced",
}

/** An account that a worker has. */
export const OwnedAccount = z
  .object({
    id: idSchema("account"),
    name: z.string(),
    status: AccountStatus,
    since: z.iso.datetime().describe("When the worker got it"),
    why: OwnedBecause.nullable(),
  })
  .meta({
    id: "OwnedAccount",
    example: ownedExample,
  })

export const workerParams = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{1,63}$/) })

export function viewOwned({ _id, name, status, owner }: AccountDoc): z.infer<typeof OwnedAccount>[] {
  return owner === null ? [] : [{ id: _id, name, status, since: owner.since.toISOString(), why: owner.why ?? null }]
}
