import { z } from "zod"

/** What an address names. `user` is a phone number JID, `lid` WhatsApp's anonymous id of a person. */
export type AddressKind = "user" | "lid" | "group" | "status" | "newsletter"

export interface Address {
  kind: AddressKind
  /** Canonical JID: `4915112345678@s.whatsapp.net`, `123@lid`, `123-456@g.us`, `status@broadcast`, `123@newsletter`. */
  jid: string
}

/** A person under both of WhatsApp's names; `null` is a name that is not known (yet). At least one is set. */
export const Person = z
  .object({
    pn: z.string().nullable().describe("Phone number JID, e.g. 4915112345678@s.whatsapp.net; null when not known"),
    lid: z.string().nullable().describe("LID JID, e.g. 98765432101234@lid; null when not known"),
  })
  .meta({ id: "Person" })
export type Person = z.infer<typeof Person>

/**
 * Reads an address in any form that people write: a phone number (`+49 151 1234-5678`, `004915…`, digits),
 * `…@c.us`, `…@s.whatsapp.net`, `…@lid`, `…@g.us`, `…@newsletter`, `status@broadcast`.
 * Returns null when it is none of these.
 */
export function parseAddress(input: string): Address | null {
  const text = input.trim()
  const at = text.lastIndexOf("@")
  if (at < 0) return parsePhone(text)
  const parse = servers[text.slice(at + 1).toLowerCase()]
  return parse === undefined ? null : parse(text.slice(0, at))
}

/** A string that `parseAddress` accepts, turned into its `Address`. */
export const AddressInput = z
  .string()
  .max(64)
  .transform((text, context) => {
    const address = parseAddress(text)
    if (address !== null) return address
    context.addIssue({ code: "custom", message: "must be a phone number with country code, or a WhatsApp JID" })
    return z.NEVER
  })

/** Removes the device part: `123:4@lid` is the same person as `123@lid`. */
export function withoutDevice(jid: string): string {
  return jid.replace(/[:_]\d+(?=@)/, "")
}

/** Builds a person from any JIDs of it, in any order; what is neither a PN nor a LID is ignored. */
export function personOf(...jids: readonly (string | null | undefined)[]): Person {
  const canonical = jids.flatMap((jid) => (jid ? [withoutDevice(jid).replace(/@c\.us$/, "@s.whatsapp.net")] : []))
  return {
    pn: canonical.find((jid) => jid.endsWith("@s.whatsapp.net")) ?? null,
    lid: canonical.find((jid) => jid.endsWith("@lid")) ?? null,
  }
}

const servers: Partial<Record<string, (user: string) => Address | null>> = {
  "c.us": parsePhone,
  "s.whatsapp.net": parsePhone,
  lid: (user) => (/^\d{5,20}$/.test(user) ? { kind: "lid", jid: `${user}@lid` } : null),
  "g.us": (user) => (/^\d{5,25}(-\d{5,15})?$/.test(user) ? { kind: "group", jid: `${user}@g.us` } : null),
  newsletter: (user) => (/^\d{5,25}$/.test(user) ? { kind: "newsletter", jid: `${user}@newsletter` } : null),
  broadcast: (user) => (user === "status" ? { kind: "status", jid: "status@broadcast" } : null),
}

/** E.164 allows at most 15 digits; WhatsApp knows no number shorter than 7 with its country code. */
function parsePhone(text: string): Address | null {
  if (!/^(\+|00)?[\d\s().-]+$/.test(text)) return null
  const digits = text.replace(/\D/g, "").replace(/^00/, "")
  return /^[1-9]\d{6,14}$/.test(digits) ? { kind: "user", jid: `${digits}@s.whatsapp.net` } : null
}
