import type { BinaryNode } from "@whiskeysockets/baileys"
import type { LiveEventData } from "@wildcat/shared/contracts"
import { timeOf } from "./envelope.ts"
import { chatOf, resolvePerson } from "./people.ts"
import type { Names } from "./people.ts"

type Presence = LiveEventData<"presence.update">

/** What a `presence` or `chatstate` stanza says; null for what it is not about a person. */
export function readPresence(stanza: BinaryNode, names: Names): Presence | null {
  const attrs: Partial<Record<string, string>> = stanza.attrs
  const from = attrs["from"]
  const presence = stanza.tag === "presence" ? comingOrGoing(attrs["type"]) : typing(stanza)
  if (from === undefined || presence === null) return null
  const chat = chatOf(names, from)
  const person =
    attrs["participant"] === undefined ? { pn: chat.pn, lid: chat.lid } : resolvePerson(names, attrs["participant"])
  if (person.pn === null && person.lid === null) return null
  const last = Number(attrs["last"])
  return { chat, person, presence, lastSeen: last > 0 ? timeOf(attrs["last"]).toISOString() : null }
}

function comingOrGoing(type: string | undefined): Presence["presence"] | null {
  if (type === undefined || type === "available") return "available"
  return type === "unavailable" ? "unavailable" : null
}

/** The tag of the first child says it; a voice note that is being recorded is "composing" audio. */
function typing({ content }: BinaryNode): Presence["presence"] | null {
  const [state] = Array.isArray(content) ? content : []
  if (state?.tag === "composing") return state.attrs["media"] === "audio" ? "recording" : "composing"
  return state?.tag === "paused" ? "paused" : null
}
