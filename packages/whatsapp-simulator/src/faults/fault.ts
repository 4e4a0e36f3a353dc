import { z } from "zod"

const often = {
  /** How often it strikes; without end when left out. */
  count: z.number().int().positive().optional(),
  /** How likely it strikes on each occasion, from the simulator's seed; always when left out. */
  probability: z.number().gt(0).max(1).optional(),
}
const scope = {
  /** The account (of key bundles: the person) it concerns; every one when left out. */
  phoneId: z.string().optional(),
  ...often,
}
/** Stanzas on their way to the account's clients. */
const stanzas = {
  /** The tag, or tag and type: `message`, `receipt read`, `notification w:gp2`; every stanza when left out. */
  stanza: z.string().optional(),
  ...scope,
}
const delayMs = z.number().int().min(0).max(600_000)

/** A fault to inject. Each strikes where it names, on the next occasions, until its count is used up. */
export const faultSchema = z.discriminatedUnion("kind", [
  /** The message is accepted and passed on, its server ack is not sent. */
  z.object({ kind: z.literal("ack-drop"), ...scope }),
  /** The server ack (and all that follows it) comes later. */
  z.object({ kind: z.literal("ack-delay"), delayMs, ...scope }),
  /** The message is refused: ack with an error code (429 too many, 463 no privacy token, 479), nobody receives it. */
  z.object({ kind: z.literal("ack-error"), code: z.number().int(), ...scope }),
  /** The next login is refused, e.g. 401, 403 banned, 405 outdated client, 503. */
  z.object({ kind: z.literal("login-failure"), reason: z.number().int(), ...scope }),
  /** After a login the marker that ends the offline queue waits until the faults are cleared. */
  z.object({ kind: z.literal("offline-end-held"), ...scope }),
  /** Everything to the client arrives this much later, in order. */
  z.object({ kind: z.literal("slow-connection"), delayMs, ...scope }),
  /** A byte changes on the way: the frame no longer authenticates. */
  z.object({ kind: z.literal("corrupt-connection"), ...stanzas }),
  /** The stanza is lost; what is kept for the client comes again after its next login. */
  z.object({ kind: z.literal("stanza-drop"), ...stanzas }),
  /** The stanza arrives later; others overtake it. */
  z.object({ kind: z.literal("stanza-delay"), delayMs, ...stanzas }),
  /** The same stanza arrives twice. */
  z.object({ kind: z.literal("stanza-duplicate"), ...stanzas }),
  /** The stanza arrives after the one that follows it. */
  z.object({ kind: z.literal("stanza-reorder"), ...stanzas }),
  /** The stanza authenticates, but its end is missing. */
  z.object({ kind: z.literal("stanza-corrupt"), ...stanzas }),
  /** A message for the account is delivered twice, the same stanza. */
  z.object({ kind: z.literal("duplicate-message"), ...scope }),
  /** A message for the account arrives with a damaged ciphertext; the original can be asked for again. */
  z.object({ kind: z.literal("undecryptable-message"), ...scope }),
  /** The same with what the phone sends to its client alone: keys, history. */
  z.object({ kind: z.literal("undecryptable-peer-message"), ...scope }),
  /** A message for the account is not given to its client: the stanza says `unavailable`, of this type. The phone has it. */
  z.object({ kind: z.literal("unavailable-message"), type: z.string().optional(), ...scope }),
  /** The contact fails to decrypt the account's message and asks for it again. */
  z.object({ kind: z.literal("contact-cannot-decrypt"), ...scope }),
  /** The server's certificate chain is signed by a key nobody trusts. */
  z.object({ kind: z.literal("wrong-certificate"), ...often }),
  /** The phone's signature over the new device is wrong; the HMAC around it is right. */
  z.object({ kind: z.literal("forged-pairing"), ...scope }),
  /** Key bundles of contacts carry a wrong signature on their signed pre-key. */
  z.object({ kind: z.literal("forged-bundle"), ...often }),
  /** Key bundles of the person (account or contact) carry no one-time pre-key. */
  z.object({ kind: z.literal("pre-key-starvation"), ...scope }),
  /** Queries of a namespace are answered with an error. */
  z.object({ kind: z.literal("iq-error"), xmlns: z.string(), code: z.number().int(), ...scope }),
  /** Patches of the app state reach a client with a MAC that is wrong. */
  z.object({ kind: z.literal("forged-app-state"), ...scope }),
  /** Downloads are answered with a status, e.g. 404 or 410. */
  z.object({ kind: z.literal("media-status"), status: z.number().int().min(400).max(599), ...often }),
  /** Downloads have flipped bytes in the ciphertext, with a MAC that no longer fits. */
  z.object({ kind: z.literal("media-corrupt"), ...often }),
  /** Downloads end early. */
  z.object({ kind: z.literal("media-truncate"), ...often }),
  /** Downloads begin later. */
  z.object({ kind: z.literal("media-slow"), delayMs, ...often }),
  /** Uploads are refused. */
  z.object({ kind: z.literal("upload-status"), status: z.number().int().min(400).max(599), ...often }),
])

export type Fault = z.infer<typeof faultSchema>
export type FaultKind = Fault["kind"]
