import type { Stanza } from "../stanza/codec.ts"
import { attribute, children } from "../stanza/nodes.ts"
import { misshapen } from "../stanza/shape.ts"
import type { Counters } from "./counters.ts"
import { type StanzaName, stanzaTable } from "./stanza-table.ts"

/** What the table of stanzas says of one: its name, or that it is unknown, or known and malformed. */
export type Verdict = { name: StanzaName } | { refusal: "unknown" | "malformed" }

/** Names of groups in general and of one group differ: `w:g2@` is sent to `@g.us`. */
export function stanzaName(stanza: Stanza): string {
  const { tag } = stanza
  const type = attribute(stanza, "type")
  const [first] = children(stanza)
  if (tag === "iq") {
    if (type === "result" || type === "error") return `iq ${type}`
    const general = attribute(stanza, "to") === "@g.us" ? "@" : ""
    return `iq ${attribute(stanza, "xmlns")}${general} ${type} ${first?.tag}`
  }
  if (tag === "message") return tag
  if (tag === "receipt") return `receipt ${type ?? "delivered"}`
  if (tag === "ack") return `ack ${attribute(stanza, "class")}`
  if (tag === "presence") return `presence ${type ?? "named"}`
  return `${tag} ${first?.tag}`
}

/** Looks a stanza up, and counts it when it is refused. */
export function judge(stanza: Stanza, counters: Counters, onRefusal: (problem: string) => void): Verdict {
  const name = stanzaName(stanza)
  if (!isKnown(name)) {
    counters.unknownStanzas += 1
    onRefusal(`unknown: ${name}`)
    return { refusal: "unknown" }
  }
  const problem = misshapen(stanza, stanzaTable[name])
  if (problem === undefined) return { name }
  counters.malformedStanzas += 1
  onRefusal(`malformed: ${name}: ${problem}`)
  return { refusal: "malformed" }
}

function isKnown(name: string): name is StanzaName {
  return Object.hasOwn(stanzaTable, name)
}
