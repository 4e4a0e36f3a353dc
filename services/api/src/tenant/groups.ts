import { memberKey } from "@wildcat/shared/store"
import type { AccountDoc, GroupDoc, StoredMember } from "@wildcat/shared/store"
import { decodeCursor, pageFrom } from "../http/page.ts"
import type { Page, PageRequest } from "../http/page.ts"
import type { Caller } from "../keys/authenticator.ts"
import type { Parts } from "./parts.ts"

/** A group without its members, of which only the number is read. */
export type GroupSummary = Omit<GroupDoc, "members"> & { size: number; role: StoredMember["role"] | null }

/** Groups of accounts that the caller has found, as the session's owner has stored them. */
export function groupsOf(parts: Parts, caller: Caller) {
  const { groups } = parts.store.collections
  const of = (account: AccountDoc) => ({ tenant: caller.tenant, account: account._id })

  return {
    /** Null when the account never was in such a group. */
    find: (account: AccountDoc, jid: string): Promise<GroupDoc | null> =>
      groups.findOne({ ...of(account), _id: `${account._id}:${jid}` }),

    /** Those that the account is in, by JID. */
    async list(account: AccountDoc, { limit, cursor }: PageRequest): Promise<Page<GroupSummary>> {
      const after = decodeCursor(cursor)
      const from = after === null ? {} : { _id: { $gt: `${account._id}:${after[1]}` } }
      const found = await groups
        .aggregate<GroupSummary>([
          { $match: { ...of(account), joined: true, ...from } },
          { $sort: { _id: 1 } },
          { $limit: limit + 1 },
          { $addFields: { size: { $size: { $objectToArray: "$members" } }, role: ownRole(account) } },
          { $project: { members: 0 } },
        ])
        .toArray()
      return pageFrom(found, limit, (group) => [0, group.jid])
    },
  }
}

/** The account stands among the members under either of its names. */
function ownRole({ me }: AccountDoc) {
  if (me === null) return { $literal: null }
  const keys = [memberKey(me), memberKey({ pn: me.pn, lid: null })]
  return { $ifNull: [...keys.map((key) => `$members.${key}.role`), null] }
}
