import { z } from "zod"

export const AccountStatus = z
  .enum(["created", "connecting", "qr", "pairing", "connected", "disconnected", "logged_out", "failed"])
  .meta({ id: "AccountStatus" })
export type AccountStatus = z.infer<typeof AccountStatus>

/** Who has to act: nobody (`transient`), nobody can (`permanent`), or a person (`needs-human`). */
const ReasonClass = z.enum(["transient", "permanent", "needs-human"])

interface Reason {
  class: z.infer<typeof ReasonClass>
  /** One sentence for a person. */
  text: string
}

/** Every reason an account can give for its status. The code is the contract; the sentence may change. */
export const reasons = {
  qr_expired: {
    class: "needs-human",
    text: "Nobody scanned the QR code in time; start the account again for a new one.",
  },
  stopped: { class: "needs-human", text: "The account was stopped on request." },
  logged_out_by_phone: { class: "needs-human", text: "The phone unlinked this device; link it again." },
  logged_out_by_request: { class: "needs-human", text: "The account was logged out on request; link it again." },
  replaced: { class: "needs-human", text: "Another program uses the same credentials." },
  banned: { class: "needs-human", text: "WhatsApp refused this number." },
  client_outdated: { class: "needs-human", text: "WhatsApp refused this version of the client; update Wildcat." },
  bad_session: { class: "needs-human", text: "WhatsApp refused the stored session; link the account again." },
  multidevice_mismatch: { class: "needs-human", text: "The phone must update WhatsApp before it can be linked." },
  identity_mismatch: { class: "needs-human", text: "Another phone scanned the QR code than the one of this account." },
  number_in_use: { class: "needs-human", text: "This number is already linked in another account." },
  untrusted_server: { class: "permanent", text: "The server's certificate is not signed by the trusted root." },
  forged_pairing: { class: "permanent", text: "The pairing was refused: its signature is not valid." },
  connection_lost: { class: "transient", text: "The connection was lost; Wildcat reconnects." },
  connection_timed_out: { class: "transient", text: "WhatsApp did not answer in time; Wildcat reconnects." },
  connection_deaf: {
    class: "transient",
    text: "The connection was open, but WhatsApp did not answer on it; Wildcat reconnects.",
  },
  server_unavailable: { class: "transient", text: "WhatsApp's server is not available; Wildcat reconnects." },
  restart_required: { class: "transient", text: "WhatsApp asked for a new connection." },
  storage_unavailable: { class: "transient", text: "The session could not be stored; Wildcat reconnects." },
  handed_over: { class: "transient", text: "The session moves to another worker." },
  fenced: { class: "transient", text: "Another worker took the session over." },
  unknown: { class: "transient", text: "The connection ended for an unknown reason; Wildcat reconnects." },
} as const satisfies Record<string, Reason>

export type ReasonCode = keyof typeof reasons

export const StatusReason = z
  .object({ code: z.string(), class: ReasonClass, text: z.string() })
  .meta({ id: "StatusReason" })
export type StatusReason = z.infer<typeof StatusReason>

export function reasonOf(code: ReasonCode): StatusReason {
  return { code, ...reasons[code] }
}

/** Every state of a message with the ACK number that other gateways use for it (-1 error … 4 played). */
export const messageAcks = {
  queued: 0,
  sending: 0,
  sent: 0,
  server_ack: 1,
  delivered: 2,
  read: 3,
  played: 4,
  failed: -1,
  expired: -1,
  cancelled: -1,
  unknown: 0,
} as const

export const MessageStatus = z
  .enum([
    "queued",
    "sending",
    "sent",
    "server_ack",
    "delivered",
    "read",
    "played",
    "failed",
    "expired",
    "cancelled",
    "unknown",
  ])
  .meta({ id: "MessageStatus" })
export type MessageStatus = z.infer<typeof MessageStatus>

/** Order of the good states: a late "delivered" never hides a "read". */
const progress: readonly MessageStatus[] = [
  "queued",
  "sending",
  "unknown",
  "sent",
  "server_ack",
  "delivered",
  "read",
  "played",
]

/** True when `next` is news for a message that is in state `current`. */
export function advances(current: MessageStatus, next: MessageStatus): boolean {
  const from = progress.indexOf(current)
  const to = progress.indexOf(next)
  if (to < 0) return from >= 0 && from <= progress.indexOf("sent")
  return from >= 0 ? to > from : to >= progress.indexOf("server_ack")
}
