import { derivedId } from "@wildcat/shared/contracts"
import type { ChatRef } from "@wildcat/shared/contracts"
import type { ChatDoc } from "@wildcat/shared/store"
import { keyOf } from "../../inbound/people.ts"
import type { ChatOwner } from "./apply-chats.ts"
import { merged } from "./merged.ts"
import type { ChatName, Pair } from "./names-in.ts"

/** A chat in hand. `readN` is the row number that it was read with; null for a new one. */
interface Held {
  doc: ChatDoc
  readN: number | null
  isChanged: boolean
}

/**
 * Chats in memory: found under any of their names, made when there is none, merged when two are one. It is right only as long
 * as nobody else changes their documents.
 */
export interface Shelf {
  /** How many names are known. */
  readonly size: number
  /** Whether all chats with this name are here. */
  knows(name: ChatName): boolean
  /** What MongoDB has under these names; what is here already stays. */
  add(names: readonly ChatName[], found: readonly ChatDoc[]): void
  has(chat: ChatRef): boolean
  /** The one chat that this is. */
  take(chat: ChatRef, at: Date): ChatDoc
  /** A chat that is here still: it may have become part of another one. */
  get(id: string): ChatDoc | undefined
  /** Puts a chat's new state back. */
  put(doc: ChatDoc): void
  /** These names are of one person: its chats, if there are any, become one. */
  join(pair: Pair): void
  changes(): {
    created: ChatDoc[]
    changed: { doc: ChatDoc; readN: number }[]
    removed: { _id: string; readN: number }[]
  }
  /** The changes have been written. */
  settled(): void
}

export function createShelf(owner: ChatOwner): Shelf {
  const held = new Map<string, Held>()
  const known = new Set<string>()
  const byName = new Map<string, Set<string>>()
  const removed: { _id: string; readN: number }[] = []
  const index = (doc: ChatDoc) => {
    for (const name of [doc.jid, doc.pn, doc.lid]) {
      if (name === null) continue
      byName.set(name, (byName.get(name) ?? new Set()).add(doc._id))
    }
  }
  const put = (doc: ChatDoc) => {
    held.set(doc._id, { doc, readN: held.get(doc._id)?.readN ?? null, isChanged: true })
    index(doc)
  }
  const candidates = (names: readonly (string | null)[]): ChatDoc[] => {
    const ids = new Set(names.flatMap((name) => (name === null ? [] : [...(byName.get(name) ?? [])])))
    const docs = [...ids].flatMap((id) => held.get(id)?.doc ?? [])
    return docs.toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime() || compare(one, other))
  }
  const drop = ({ _id }: ChatDoc) => {
    const readN = held.get(_id)?.readN ?? null
    held.delete(_id)
    if (readN !== null) removed.push({ _id, readN })
  }
  /** Makes one of several, under both names. */
  const united = (docs: readonly [ChatDoc, ...ChatDoc[]], names: Pick<ChatRef, "pn" | "lid">): ChatDoc => {
    const [first, ...others] = docs
    const doc = others.reduce((one, other) => merged(one, other), named(first, names))
    for (const other of others) drop(other)
    if (doc !== first) put(doc)
    return doc
  }
  return {
    get size() {
      return known.size
    },
    knows: ({ jid }) => known.has(jid),
    add(names, found) {
      for (const { jid } of names) known.add(jid)
      for (const doc of found) {
        if (held.has(doc._id)) continue
        held.set(doc._id, { doc, readN: doc.n, isChanged: false })
        index(doc)
      }
    },
    has: (chat) => candidates(namesOf(chat)).length > 0,
    take(chat, at) {
      const [first, ...others] = candidates(namesOf(chat))
      if (first !== undefined) return united([first, ...others], chat)
      const doc = newChat(owner, chat, at)
      put(doc)
      return doc
    },
    get: (id) => held.get(id)?.doc,
    put,
    join(pair) {
      const [first, ...others] = candidates([pair.pn, pair.lid])
      if (first !== undefined) united([first, ...others], pair)
    },
    changes() {
      const all = [...held.values()].filter(({ isChanged }) => isChanged)
      return {
        created: all.flatMap(({ doc, readN }) => (readN === null ? [doc] : [])),
        changed: all.flatMap(({ doc, readN }) => (readN === null ? [] : [{ doc, readN }])),
        removed: [...removed],
      }
    },
    settled() {
      removed.length = 0
      for (const [id, { doc, isChanged }] of held) if (isChanged) held.set(id, { doc, readN: doc.n, isChanged: false })
    },
  }
}

/** A bot has neither a number nor a LID. */
function namesOf({ kind, jid, pn, lid }: ChatRef): (string | null)[] {
  return kind === "direct" && (pn ?? lid) !== null ? [pn, lid] : [jid]
}

function compare(one: ChatDoc, other: ChatDoc): number {
  return one._id < other._id ? -1 : 1
}

function named(doc: ChatDoc, { pn, lid }: Pick<ChatRef, "pn" | "lid">): ChatDoc {
  if (doc.kind !== "direct") return doc
  const names = { pn: doc.pn ?? pn, lid: doc.lid ?? lid }
  if (names.pn === doc.pn && names.lid === doc.lid) return doc
  return { ...doc, ...names, jid: names.pn ?? names.lid ?? doc.jid }
}

function newChat({ account, tenant }: ChatOwner, chat: ChatRef, at: Date): ChatDoc {
  const key = chat.kind === "direct" ? keyOf(chat) || chat.jid : chat.jid
  return {
    _id: derivedId("chat", account, key),
    tenant,
    account,
    jid: chat.kind === "direct" ? (chat.pn ?? chat.lid ?? chat.jid) : chat.jid,
    kind: chat.kind,
    pn: chat.pn,
    lid: chat.lid,
    name: null,
    pushName: null,
    last: null,
    lastInAt: null,
    unread: 0,
    readAt: null,
    markedUnread: false,
    archived: false,
    pinnedAt: null,
    mutedUntil: null,
    ephemeralSeconds: 0,
    deleted: false,
    activityAt: at,
    n: 0,
    absorbed: [],
    createdAt: new Date(),
    updatedAt: new Date(),
  }
}
