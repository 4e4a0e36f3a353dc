import type { WASocket } from "@whiskeysockets/baileys"
import { WildcatError } from "@wildcat/shared/contracts"
import type { ErrorCode } from "@wildcat/shared/contracts"
import type { Session } from "../session/session.ts"

/**
 * Asks WhatsApp something on the session's connection. Throws `session_not_connected` without one or when it ends
 * meanwhile, `session_timeout` when WhatsApp does not answer, and otherwise what WhatsApp's refusal means here.
 */
export async function askWhatsApp<T>(session: Session, question: (socket: WASocket) => Promise<T>): Promise<T> {
  const { socket } = session.online()
  try {
    return await question(socket)
  } catch (error) {
    throw refusalOf(error, socket.ws.isOpen)
  }
}

/** Codes of an `<error>` in WhatsApp's answer to an `<iq>`; all others mean `refused_by_whatsapp`. */
const meanings: Partial<Record<number, ErrorCode>> = {
  404: "not_found",
  409: "conflict",
  429: "rate_limited",
}

/** Baileys throws a Boom whose `data` is the code of the answer's `<error>`, and one with status 408 after its timeout. */
function refusalOf(error: unknown, isOpen: boolean): unknown {
  if (error instanceof WildcatError || !(error instanceof Error)) return error
  if (!isOpen) return new WildcatError("session_not_connected", { cause: error })
  const code: unknown = Reflect.get(error, "data")
  if (typeof code === "number" && code >= 400) {
    const detail = `WhatsApp answered: ${error.message} (${code})`
    return new WildcatError(meanings[code] ?? "refused_by_whatsapp", { detail, cause: error })
  }
  return isTimeout(error) ? new WildcatError("session_timeout", { cause: error }) : error
}

function isTimeout(error: Error): boolean {
  const output: unknown = Reflect.get(error, "output")
  return typeof output === "object" && output !== null && Reflect.get(output, "statusCode") === 408
}
