import { memberKey, otherKeys } from "@wildcat/shared/store"
import type { ContactDoc, GroupDoc, Store } from "@wildcat/shared/store"
import type { AnyBulkWriteOperation } from "mongodb"
import type { RowOwner } from "./apply-rows.ts"
import type { ContactFields, ContactMark, GroupMark, GroupUpdate } from "../log/people-marks.ts"

/**
 * Writes what marks say of groups and people, in their order. A document remembers the revision that it is up to, so a second
 * time, and a late one of an earlier owner, changes nothing.
 */
export async function applyPeople(
  store: Store,
  owner: RowOwner,
  { groups, contacts }: { groups: readonly GroupMark[]; contacts: readonly ContactMark[] },
): Promise<void> {
  const groupWrites = groups.flatMap((mark) => groupWritesOf(mark, owner))
  const contactWrites = contacts.flatMap((mark) => contactWritesOf(mark, owner))
  if (groupWrites.length > 0) await store.collections.groups.bulkWrite(groupWrites)
  if (contactWrites.length > 0) await store.collections.contacts.bulkWrite(contactWrites)
}

function groupWritesOf(mark: GroupMark, { tenant, account }: RowOwner): AnyBulkWriteOperation<GroupDoc>[] {
  const { revision } = mark
  const older = { revision: { $lt: revision } }
  const stamp = { revision, updatedAt: new Date() }
  if (mark.kind === "all") {
    const filter = { account, joined: true, jid: { $nin: [...mark.jids] }, ...older }
    return [{ updateMany: { filter, update: { $set: { joined: false, ...stamp } } } }]
  }
  const _id = `${account}:${mark.jid}`
  const change = { updateOne: { filter: { _id, ...older }, update: updateOf(mark, stamp) } }
  if (mark.kind !== "snapshot") return [change]
  const begin = { tenant, account, jid: mark.jid, ...mark.group, joined: true, updatedAt: new Date(), revision: 0 }
  return [{ updateOne: { filter: { _id }, update: { $setOnInsert: begin }, upsert: true } }, change]
}

function updateOf(update: GroupUpdate, stamp: { revision: number; updatedAt: Date }) {
  if (update.kind === "snapshot") return { $set: { ...update.group, joined: true, ...stamp } }
  if (update.kind === "set") return { $set: { ...update.set, ...stamp } }
  const put = update.put.map((member) => [`members.${memberKey(member)}`, member] as const)
  const dropped = [
    ...update.put.flatMap(otherKeys),
    ...update.drop.flatMap((one) => [memberKey(one), ...otherKeys(one)]),
  ]
  const $unset = Object.fromEntries(dropped.map((key) => [`members.${key}`, true as const]))
  const joined = update.joined === undefined ? {} : { joined: update.joined }
  const $set = { ...Object.fromEntries(put), ...joined, ...stamp }
  return dropped.length === 0 ? { $set } : { $set, $unset }
}

/** One document per person: what stood under one name alone goes when the other is known. */
function contactWritesOf(
  { revision, contact }: ContactMark,
  { tenant, account }: RowOwner,
): AnyBulkWriteOperation<ContactDoc>[] {
  const _id = `${account}:${memberKey(contact)}`
  const fields = { ...contact, search: searchTerms(contact), updatedAt: new Date() }
  const earlier = otherKeys(contact).map((key) => `${account}:${key}`)
  return [
    {
      updateOne: {
        filter: { _id },
        update: { $setOnInsert: { tenant, account, ...fields, revision: 0 } },
        upsert: true,
      },
    },
    { updateOne: { filter: { _id, revision: { $lt: revision } }, update: { $set: { ...fields, revision } } } },
    ...earlier.map((one) => ({ deleteOne: { filter: { _id: one, revision: { $lt: revision } } } })),
  ]
}

/** Each name as a whole and from each of its words on, and the number. */
export function searchTerms({ pn, name, savedName, verifiedName }: ContactFields): string[] {
  const names = [name, savedName, verifiedName].flatMap((text) => (text === null ? [] : beginnings(text)))
  return [...new Set([...names, ...(pn === null ? [] : [pn.replace(/@.*$/, "")])])]
}

const wordsMax = 6
const termCharsMax = 80

function beginnings(text: string): string[] {
  const words = text.toLowerCase().trim().split(/\s+/)
  return words.slice(0, wordsMax).map((_, index) => words.slice(index).join(" ").slice(0, termCharsMax))
}
