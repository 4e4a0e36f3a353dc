import { getAllBinaryNodeChildren, getBinaryNodeChild } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"
import { derivedId } from "@wildcat/shared/contracts"
import type { EventData } from "@wildcat/shared/contracts"
import type { EventDraft } from "../log/entry.ts"
import { timeOf } from "./envelope.ts"
import type { Viewpoint } from "./envelope.ts"
import { resolvePerson } from "./people.ts"

/** How a call ended, by the child of its stanza (research: `handleCall` of Baileys 7.0.0-rc14). */
const ends: Partial<Record<string, EventData<"call.ended">["how"]>> = {
  accept: "accepted",
  reject: "rejected",
  timeout: "missed",
  terminate: "ended",
}

/** What a `call` stanza tells; null for what only concerns the devices that talk. The same for every delivery of it. */
export function readCall(stanza: BinaryNode, view: Viewpoint): EventDraft | null {
  const [signal] = getAllBinaryNodeChildren(stanza)
  const call = signal?.attrs["call-id"]
  if (signal === undefined || call === undefined) return null
  const { attrs } = signal
  const from = resolvePerson(
    view.names,
    attrs["call-creator"] ?? attrs["from"] ?? stanza.attrs["from"],
    attrs["caller_pn"],
  )
  const time = timeOf(stanza.attrs["t"]).toISOString()
  if (signal.tag === "offer") {
    const video = getBinaryNodeChild(signal, "video") !== undefined
    const data = { call, from, group: attrs["group-jid"] ?? null, video, at: time }
    return { id: derivedId("event", view.account, "call.received", call), type: "call.received", time, data }
  }
  const how = signal.tag === "terminate" && attrs["reason"] === "timeout" ? "missed" : ends[signal.tag]
  if (how === undefined) return null
  const data = { call, from, how, at: time }
  return { id: derivedId("event", view.account, "call.ended", call), type: "call.ended", time, data }
}
