import type { AccountDoc, ContactDoc } from "@wildcat/shared/store"
import { decodeCursor, pageFrom } from "../http/page.ts"
import type { Page, PageRequest } from "../http/page.ts"
import type { Caller } from "../keys/authenticator.ts"
import type { Parts } from "./parts.ts"

export interface ContactQuery extends PageRequest {
  /** The beginning of a name, of a word in it, or of a number. */
  search?: string | undefined
}

/** People whom accounts have met, of accounts that the caller has found. */
export function contactsOf(parts: Parts, caller: Caller) {
  const { contacts } = parts.store.collections
  const of = (account: AccountDoc) => ({ tenant: caller.tenant, account: account._id })

  return {
    /** A person under either name; null when the account has not met it. */
    find: (account: AccountDoc, jid: string): Promise<ContactDoc | null> =>
      contacts.findOne({ ...of(account), [jid.endsWith("@lid") ? "lid" : "pn"]: jid }),

    /** In an order that stays. */
    async list(account: AccountDoc, { limit, cursor, search }: ContactQuery): Promise<Page<ContactDoc>> {
      const after = decodeCursor(cursor)
      const from = after === null ? {} : { _id: { $gt: `${account._id}:${after[1]}` } }
      const found = await contacts
        .find({ ...of(account), ...from, ...(search === undefined ? {} : { search: beginningOf(search) }) })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .toArray()
      return pageFrom(found, limit, (contact) => [0, contact._id.slice(account._id.length + 1)])
    },
  }
}

/** Numbers are stored as digits, names in lower case. */
function beginningOf(search: string) {
  const text = search.trim().toLowerCase()
  const digits = /^\+?[\d\s().-]+$/.test(text) ? text.replace(/\D/g, "") : text
  return { $regex: `^${digits.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`)}` }
}
