import type { ChatRef } from "@wildcat/shared/contracts"
import type { ChatDoc } from "@wildcat/shared/store"
import type { Filter } from "mongodb"
import type { Entry } from "../../log/entry.ts"

/** Two names of one person, as JIDs. */
export interface Pair {
  pn: string
  lid: string
}

/** One name of a chat, and the field of its document that holds it. */
export interface ChatName {
  field: "jid" | "pn" | "lid"
  jid: string
}

/** Every name under which the rows say something of chats, each once. */
export function namesIn(rows: readonly { entry: Entry }[]): ChatName[] {
  const names = new Map<string, ChatName>()
  const note = (field: ChatName["field"], jid: string | null) => {
    if (jid !== null) names.set(jid, { field, jid })
  }
  const noteChat = ({ kind, jid, pn, lid }: ChatRef) => {
    if (kind !== "direct" || (pn === null && lid === null)) note("jid", jid)
    else notePair({ pn, lid })
  }
  const notePair = ({ pn, lid }: Pick<ChatRef, "pn" | "lid">) => {
    note("pn", pn)
    note("lid", lid)
  }
  for (const { entry } of rows) {
    for (const { chat } of [...entry.messages, ...entry.chats]) noteChat(chat)
    for (const pair of pairsOf(entry)) notePair(pair)
  }
  return [...names.values()]
}

/** Finds every chat that has one of the names. */
export function filterOf(account: string, names: readonly ChatName[]): Filter<ChatDoc> {
  const of = (field: ChatName["field"]) => names.flatMap((name) => (name.field === field ? [name.jid] : []))
  const filters = (["jid", "pn", "lid"] as const).flatMap((field) => {
    const jids = of(field)
    return jids.length === 0 ? [] : [{ [field]: { $in: jids } }]
  })
  return { account, $or: filters }
}

/** Names of the same person that were learned in this entry: from WhatsApp's own answers, and from lists of members. */
export function pairsOf(entry: Entry): Pair[] {
  const mapped = Object.entries(entry.state["lid-mapping"] ?? {}).flatMap(([pnUser, lidUser]) =>
    pnUser.endsWith("_reverse") || typeof lidUser !== "string" ? [] : [pairOf(pnUser, lidUser)],
  )
  // Both directions stand in there; a number is shorter than a LID only by habit, so the chats decide which is which.
  const named = Object.entries(entry.state.names ?? {}).flatMap(([from, to]) =>
    typeof to === "string" ? [pairOf(from, to)] : [],
  )
  return [...mapped, ...named]
}

function pairOf(pnUser: string, lidUser: string): Pair {
  return { pn: `${pnUser}@s.whatsapp.net`, lid: `${lidUser}@lid` }
}
