import type { Person } from "@wildcat/shared/contracts"
import type { MessageDoc, Said } from "@wildcat/shared/store"
import { isSame } from "../inbound/envelope.ts"
import type { StagedAction } from "./staged-action.ts"

/** What an action says, whenever it is carried out. */
export type Deed = Pick<StagedAction, "action" | "by" | "at">

/** Reactions and votes that one message keeps; edits of one message. */
const saidMax = 5_000
const editsMax = 20

/**
 * The fields of a message that an action changes; null when it is no news. The later one of the same person wins, whatever
 * the order in which they come; of two in the same second the one that came last.
 */
export function foldAction(message: MessageDoc, { action, by, at }: Deed): Partial<MessageDoc> | null {
  switch (action.type) {
    case "reaction":
      return wrap("reactions", say(message.reactions ?? [], { emoji: action.emoji, by, at }))
    case "vote":
      return action.options && wrap("votes", say(message.votes ?? [], { options: action.options, by, at }))
    case "pin":
      return message.pin && message.pin.at > at ? null : { pin: { by, at, until: action.until } }
    case "edit":
      return foldEdit(message, { content: action.content, mentions: action.mentions, at })
    case "revoke":
      return message.revoked ? null : revoked(by, at)
  }
}

function say<T extends Said<unknown>>(said: readonly T[], news: T): T[] | null {
  const before = said.find((each) => isSame(each.by, news.by))
  if (before !== undefined && before.at > news.at) return null
  return [...said.filter((each) => each !== before), news].slice(-saidMax)
}

function wrap<K extends "reactions" | "votes">(name: K, value: MessageDoc[K] | null): Partial<MessageDoc> | null {
  return value === null ? null : { [name]: value }
}

function foldEdit(
  message: MessageDoc,
  { content, mentions, at }: Pick<MessageDoc, "content" | "mentions"> & { at: Date },
): Partial<MessageDoc> | null {
  if (message.revoked !== undefined || (message.editedAt !== undefined && message.editedAt > at)) return null
  const since = message.editedAt ?? message.timestamp
  const edits = [...(message.edits ?? []), { content: message.content, at: since }].slice(-editsMax)
  return { content, mentions, editedAt: at, edits }
}

/** What was said is gone: from the log, and with the protobuf also the key to its file at WhatsApp. */
function revoked(by: Person, at: Date): Partial<MessageDoc> {
  const nothing = { media: null, quoted: null, mentions: [], edits: [], raw: null }
  return { content: { type: "revoked" }, revoked: { by, at }, ...nothing }
}
