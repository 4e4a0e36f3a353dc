import { z } from "zod"

const scope = {
  /** The account it concerns; every account when left out. */
  phoneId: z.string().optional(),
  /** How often it strikes; without end when left out. */
  count: z.number().int().positive().optional(),
}

/** A fault to inject. Each strikes where it names, on the next occasions, until its count is used up. */
export const faultSchema = z.discriminatedUnion("kind", [
  /** The message is accepted and passed on, its server ack is not sent. */
  z.object({ kind: z.literal("ack-drop"), ...scope }),
  /** The server ack (and all that follows it) comes later. */
  z.object({ kind: z.literal("ack-delay"), delayMs: z.number().int().min(0).max(600_000), ...scope }),
  /** The message is refused: ack with an error code, nobody receives it. */
  z.object({ kind: z.literal("ack-error"), code: z.number().int(), ...scope }),
  /** The next login is refused, e.g. 401, 403, 405, 503. */
  z.object({ kind: z.literal("login-failure"), reason: z.number().int(), ...scope }),
  /** A message for the account is delivered twice, the same stanza. */
  z.object({ kind: z.literal("duplicate-message"), ...scope }),
  /** A message for the account arrives with a damaged ciphertext; the original can be asked for again. */
  z.object({ kind: z.literal("undecryptable-message"), ...scope }),
  /** The contact fails to decrypt the account's message and asks for it again. */
  z.object({ kind: z.literal("contact-cannot-decrypt"), ...scope }),
  /** The server's certificate chain is signed by a key nobody trusts. */
  z.object({ kind: z.literal("wrong-certificate"), count: scope.count }),
  /** The phone's signature over the new device is wrong; the HMAC around it is right. */
  z.object({ kind: z.literal("forged-pairing"), ...scope }),
  /** Key bundles of contacts carry a wrong signature on their signed pre-key. */
  z.object({ kind: z.literal("forged-bundle"), count: scope.count }),
  /** Key bundles of the person (account or contact) carry no one-time pre-key. */
  z.object({ kind: z.literal("pre-key-starvation"), ...scope }),
  /** Queries of a namespace are answered with an error. */
  z.object({ kind: z.literal("iq-error"), xmlns: z.string(), code: z.number().int(), ...scope }),
  /** Downloads are answered with a status, e.g. 404 or 410. */
  z.object({ kind: z.literal("media-status"), status: z.number().int().min(400).max(599), count: scope.count }),
  /** Downloads have flipped bytes in the ciphertext, with a MAC that no longer fits. */
  z.object({ kind: z.literal("media-corrupt"), count: scope.count }),
  /** Downloads end early. */
  z.object({ kind: z.literal("media-truncate"), count: scope.count }),
  /** Uploads are refused. */
  z.object({ kind: z.literal("upload-status"), status: z.number().int().min(400).max(599), count: scope.count }),
])

export type Fault = z.infer<typeof faultSchema>
export type FaultKind = Fault["kind"]
