import type { AuthenticationCreds } from "@whiskeysockets/baileys"
import { createTurns } from "@wildcat/shared/runtime"

/**
 * Lets the sessions of a process connect in waves: after an outage or a takeover all of them want to at once, and each
 * costs computing. The first login after a link costs hundreds of milliseconds (it makes 812 key pairs) and counts twice.
 */
export interface Admission {
  /**
   * Waits for a turn to connect; null when `signal` was aborted first. The result ends the turn: when the session is connected,
   * shows a QR code or has failed. A turn that is not ended is over after a while.
   */
  enter(creds: AuthenticationCreds, signal: AbortSignal): Promise<(() => void) | null>
}

/** WhatsApp may take long to answer; the others need not wait for it. */
const turnMsMax = 15_000

export function createAdmission(max: { connecting: number; linking: number }): Admission {
  const connecting = createTurns(max.connecting)
  const linking = createTurns(max.linking)
  return {
    async enter(creds, signal) {
      const link = isFirstLogin(creds) ? await linking.take(signal) : nothing
      const turn = link && (await connecting.take(signal))
      if (link === null || turn === null) {
        link?.()
        return null
      }
      const timer = setTimeout(() => leave(), turnMsMax)
      const leave = () => {
        clearTimeout(timer)
        turn()
        link()
      }
      return leave
    },
  }
}

/** Linked, and has not published its keys yet. */
function isFirstLogin(creds: AuthenticationCreds): boolean {
  return creds.me !== undefined && creds.firstUnuploadedPreKeyId <= 1
}

const nothing = () => undefined
