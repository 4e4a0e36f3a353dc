import type { ChatRef } from "@wildcat/shared/contracts"
import type { ChatDoc } from "@wildcat/shared/store"
import type { Filter } from "mongodb"
import type { Entry } from "../../log/entry.ts"

/** Two names of one person, as JIDs. */
export interface Pair {
  pn: string
  lid: string
}

/** Filters that find every chat of which the rows say something; null when they say nothing of chats. */
export function namesIn(rows: readonly { entry: Entry }[]): Filter<ChatDoc>[] | null {
  const jids = new Set<string>()
  const pns = new Set<string>()
  const lids = new Set<string>()
  const note = ({ kind, jid, pn, lid }: ChatRef) => {
    if (kind !== "direct" || (pn === null && lid === null)) return void jids.add(jid)
    if (pn !== null) pns.add(pn)
    if (lid !== null) lids.add(lid)
  }
  for (const { entry } of rows) {
    for (const { chat } of [...entry.messages, ...entry.chats]) note(chat)
    for (const { pn, lid } of pairsOf(entry)) {
      pns.add(pn)
      lids.add(lid)
    }
  }
  const filters = [
    { name: "jid", values: jids },
    { name: "pn", values: pns },
    { name: "lid", values: lids },
  ].filter(({ values }) => values.size > 0)
  return filters.length === 0 ? null : filters.map(({ name, values }) => ({ [name]: { $in: [...values] } }))
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
