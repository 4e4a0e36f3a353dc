import { WildcatError, seededId } from "@wildcat/shared/contracts"
import { nudge } from "@wildcat/shared/bus"
import { isDuplicateKey } from "@wildcat/shared/store"
import type { AccountDoc } from "@wildcat/shared/store"
import { decodeCursor, pageFrom } from "../http/page.ts"
import type { Page, PageRequest } from "../http/page.ts"
import { notFound } from "../http/route.ts"
import type { Caller } from "../keys/authenticator.ts"
import type { Parts } from "./parts.ts"

/** The accounts that a caller can see; deleted ones are gone for it. */
export function accountsOf(parts: Parts, caller: Caller) {
  const { accounts } = parts.store.models
  const mine = {
    tenant: caller.tenant,
    desired: { $ne: "deleted" as const },
    ...(caller.account === null ? {} : { _id: { $in: [caller.account] } }),
  }
  const one = (id: string) => ({ $and: [mine, { _id: id }] })

  /** Throws `not_found` when there is none; `field` names where the id stood. */
  const get = async (id: string, field?: string): Promise<AccountDoc> => {
    const account = await accounts.findOne(one(id)).lean<AccountDoc | null>()
    if (account === null) throw notFound("account", field)
    parts.known.put(account)
    return account
  }

  /** As it was a moment ago, see `KnownAccounts`; null when it must be read. */
  const known = (id: string): AccountDoc | null => {
    const account = parts.known.get(id)
    const isMine = account?.tenant === caller.tenant && (caller.account === null || caller.account === id)
    return account !== null && isMine && account.desired !== "deleted" ? account : null
  }

  const change = async (id: string, set: Partial<AccountDoc>): Promise<AccountDoc> => {
    const account = await accounts
      .findOneAndUpdate(one(id), { $set: set }, { returnDocument: "after" })
      .lean<AccountDoc | null>()
    parts.known.forget(id)
    if (account === null) throw notFound("account")
    nudge(parts.bus, parts.bus.subjects.accountsNudge)
    return account
  }

  return {
    get,
    known,

    async list({ limit, cursor }: PageRequest): Promise<Page<AccountDoc>> {
      const after = decodeCursor(cursor)
      const filter = after ? { $and: [mine, { _id: { $gt: after[1] } }] } : mine
      const found = await accounts
        .find(filter)
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean<AccountDoc[]>()
      return pageFrom(found, limit, (account) => [0, account._id])
    },

    /** The same seed makes the same account. Throws `account_limit_reached`, `forbidden` for a key bound to an account. */
    async create(wanted: { name: string; start: boolean }, seed: string): Promise<AccountDoc> {
      if (caller.account !== null)
        throw new WildcatError("forbidden", { detail: "the API key is bound to one account" })
      const id = seededId("account", seed)
      const existing = await accounts.findOne(one(id)).lean<AccountDoc | null>()
      if (existing) return existing
      if ((await accounts.countDocuments(mine)) >= parts.limits.accountsMax) {
        throw new WildcatError("account_limit_reached")
      }
      const doc = newAccount(id, caller.tenant, wanted)
      await create(() => accounts.create(doc))
      if (wanted.start) nudge(parts.bus, parts.bus.subjects.accountsNudge)
      return doc
    },

    /** Sets what the account should be and tells the workers. Also when it is so already: a start asks for a new QR code. */
    setDesired: (id: string, desired: AccountDoc["desired"]) => change(id, { desired, updatedAt: new Date() }),

    /** Its worker hears of it at once. (`updatedAt` is when it was asked to run or stop: this does not start it.) */
    update: (id: string, changes: Partial<Pick<AccountDoc, "name" | "pacing">>) => change(id, changes),

    /** Asks for a new session: its owner ends the present one and begins anew. An account that was stopped is started. */
    restart(id: string): Promise<AccountDoc> {
      const now = new Date()
      return change(id, { desired: "running", restartAt: now, updatedAt: now })
    },
  }
}

function newAccount(_id: string, tenant: string, { name, start }: { name: string; start: boolean }): AccountDoc {
  const now = new Date()
  return {
    _id,
    tenant,
    name,
    desired: start ? "running" : "stopped",
    status: "created",
    reason: null,
    me: null,
    owner: null,
    statusAt: now,
    createdAt: now,
    updatedAt: now,
  }
}

/** A second creation of the same thing is the first one. */
async function create(insert: () => Promise<unknown>): Promise<void> {
  try {
    await insert()
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
  }
}
