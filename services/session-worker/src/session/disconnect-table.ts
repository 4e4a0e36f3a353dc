import type { AccountStatus, ReasonCode } from "@wildcat/shared/contracts"

/** What to do after a connection ended. */
export type NextAction =
  /** Connect again at once, when everything is committed. */
  | "restart"
  /** Connect again after a growing, jittered pause. */
  | "reconnect"
  /** The same, but give up when it happens again and again. */
  | "reconnect-few"
  /** Stay down until somebody starts the account again. */
  | "stop"
  /** The same; the credentials are worthless and deleted. */
  | "forget"

export interface Ending {
  status: AccountStatus
  reason: ReasonCode
  next: NextAction
}

/** Close code or failure reason of WhatsApp → what it means. The one place that decides. */
const endings: Partial<Record<number, Ending>> = {
  401: { status: "logged_out", reason: "logged_out_by_phone", next: "forget" },
  402: { status: "failed", reason: "banned", next: "stop" },
  403: { status: "failed", reason: "banned", next: "stop" },
  405: { status: "failed", reason: "client_outdated", next: "stop" },
  406: { status: "failed", reason: "banned", next: "stop" },
  408: { status: "disconnected", reason: "connection_timed_out", next: "reconnect" },
  409: { status: "failed", reason: "client_outdated", next: "stop" },
  411: { status: "failed", reason: "multidevice_mismatch", next: "stop" },
  428: { status: "disconnected", reason: "connection_lost", next: "reconnect" },
  440: { status: "disconnected", reason: "replaced", next: "reconnect-few" },
  500: { status: "disconnected", reason: "bad_session", next: "reconnect-few" },
  503: { status: "disconnected", reason: "server_unavailable", next: "reconnect" },
  515: { status: "connecting", reason: "restart_required", next: "restart" },
}

/** Errors that Baileys raises itself, recognised by their sentence: their codes are shared with others. */
const sentences: readonly { says: RegExp; ending: Ending }[] = [
  {
    says: /certificate|certification match failed/i,
    ending: { status: "failed", reason: "untrusted_server", next: "stop" },
  },
  {
    says: /account signature/i,
    ending: { status: "failed", reason: "forged_pairing", next: "forget" },
  },
]

/** We ended the connection, because nothing was answered on it. */
export const deafness: Ending = { status: "disconnected", reason: "connection_deaf", next: "reconnect" }

const unknownEnding: Ending = { status: "disconnected", reason: "unknown", next: "reconnect" }

/** Reads how a connection ended from the error that Baileys closed with. */
export function endingOf(error: unknown): Ending {
  const message = error instanceof Error ? error.message : ""
  const found = sentences.find(({ says }) => says.test(message))
  return found?.ending ?? endings[codeOf(error) ?? 0] ?? unknownEnding
}

/** True when WhatsApp has no further QR code for this connection. */
export function isOutOfQrCodes(error: unknown): boolean {
  return error instanceof Error && error.message.includes("QR refs attempts ended")
}

/** Baileys' errors are Booms: their code stands in `output.statusCode`. */
function codeOf(error: unknown): number | null {
  if (typeof error !== "object" || error === null || !("output" in error)) return null
  const { output } = error
  if (typeof output !== "object" || output === null || !("statusCode" in output)) return null
  return typeof output.statusCode === "number" ? output.statusCode : null
}
