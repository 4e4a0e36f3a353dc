import { memberKey, otherKeys } from "@wildcat/shared/store"
import type { AccountDoc, ChatDoc } from "@wildcat/shared/store"
import type { Filter } from "mongodb"
import { decodeCursor, pageFrom } from "../http/page.ts"
import type { Page, PageRequest, Position } from "../http/page.ts"
import type { Caller } from "../keys/authenticator.ts"
import type { Parts } from "./parts.ts"
import { sessionsOf } from "./sessions.ts"

export interface ChatQuery extends PageRequest {
  archived?: boolean | undefined
  unread?: boolean | undefined
  kind?: ChatDoc["kind"] | undefined
}

/** A chat with the name under which people find it. */
export type NamedChat = ChatDoc & { shownName: string | null }

/** Chats of accounts that the caller has found, as the session's pump has stored them. */
export function chatsOf(parts: Parts, caller: Caller) {
  const { chats, groups, contacts } = parts.store.collections
  const sessions = sessionsOf(parts)
  const of = (account: AccountDoc) => ({ tenant: caller.tenant, account: account._id })

  /** Groups and people have documents of their own. */
  const named = async (docs: readonly ChatDoc[]): Promise<NamedChat[]> => {
    const idsOf = (doc: ChatDoc) =>
      doc.kind === "direct" ? [memberKey(doc), ...otherKeys(doc)].map((key) => `${doc.account}:${key}`) : []
    const [inGroups, people] = await Promise.all([
      groups
        .find({ _id: { $in: docs.map(({ account, jid }) => `${account}:${jid}`) } })
        .project<{ _id: string; subject: string; ephemeralSeconds: number }>({ subject: 1, ephemeralSeconds: 1 })
        .toArray(),
      contacts
        .find({ _id: { $in: docs.flatMap(idsOf) } })
        .project<{ _id: string; savedName: string | null }>({ savedName: 1 })
        .toArray(),
    ])
    const names = new Map<string, string | null>([
      ...inGroups.map(({ _id, subject }) => [_id, subject] as const),
      ...people.map(({ _id, savedName }) => [_id, savedName] as const),
    ])
    const nameOf = (doc: ChatDoc) =>
      [`${doc.account}:${doc.jid}`, ...idsOf(doc)].map((id) => names.get(id) ?? null).find((name) => name !== null)
    const stays = new Map(inGroups.map(({ _id, ephemeralSeconds }) => [_id, ephemeralSeconds]))
    return docs.map((doc) => ({
      ...doc,
      shownName: nameOf(doc) ?? doc.name,
      ephemeralSeconds: stays.get(`${doc.account}:${doc.jid}`) ?? doc.ephemeralSeconds,
    }))
  }

  return {
    /** Under any of its names; null when the account has no such chat. */
    async find(account: AccountDoc, jid: string): Promise<NamedChat | null> {
      await sessions.settleFresh(account)
      const found = await chats.findOne({ ...of(account), deleted: false, $or: [{ jid }, { pn: jid }, { lid: jid }] })
      const [chat] = found === null ? [] : await named([found])
      return chat ?? null
    },

    /** All names of a chat: messages were stored under those that were known then. */
    async namesOf(account: AccountDoc, jid: string): Promise<string[]> {
      const found = await chats.findOne({ ...of(account), $or: [{ jid }, { pn: jid }, { lid: jid }] })
      return [...new Set([jid, found?.pn, found?.lid].filter((name) => typeof name === "string"))]
    },

    /** The latest activity first. */
    async list(account: AccountDoc, query: ChatQuery): Promise<Page<NamedChat>> {
      await sessions.settleFresh(account)
      const found = await chats
        .find({ $and: [of(account), filterOf(query), before(decodeCursor(query.cursor))] })
        .sort({ activityAt: -1, _id: -1 })
        .limit(query.limit + 1)
        .toArray()
      return pageFrom(await named(found), query.limit, ({ activityAt, _id }) => [activityAt.getTime(), _id])
    },
  }
}

function filterOf({ archived, unread, kind }: ChatQuery): Filter<ChatDoc> {
  const some = [{ unread: { $gt: 0 } }, { markedUnread: true }]
  return {
    deleted: false,
    ...(archived === undefined ? {} : { archived }),
    ...(kind === undefined ? {} : { kind }),
    ...(unread === undefined ? {} : unread ? { $or: some } : { unread: 0, markedUnread: false }),
  }
}

function before(position: Position | null): Filter<ChatDoc> {
  if (position === null) return {}
  const [ms, id] = position
  const at = new Date(ms)
  return { $or: [{ activityAt: { $lt: at } }, { activityAt: at, _id: { $lt: id } }] }
}
