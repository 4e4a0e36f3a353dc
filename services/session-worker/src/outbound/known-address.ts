import type { WASocket } from "@whiskeysockets/baileys"
import { userOf } from "../inbound/people.ts"
import type { Names } from "../inbound/people.ts"
import type { SessionState } from "../log/state.ts"
import type { Numbers } from "../numbers/numbers.ts"
import { NotSendable } from "./content.ts"

/**
 * The address under which WhatsApp knows whom a send is for. A number that was never written to is asked about first: it may
 * not exist, or be written otherwise in its country. Throws NotSendable for one that is not on WhatsApp.
 */
export async function knownAddress(
  to: string,
  socket: WASocket,
  { names, state, numbers }: { names: Names; state: SessionState; numbers: Numbers },
): Promise<string> {
  if (!to.endsWith("@s.whatsapp.net")) return to
  const isMet = names.lidOf(userOf(to)) !== undefined || state.get("device-list", userOf(to)) !== undefined
  if (isMet) return to
  const [found] = await numbers.check([userOf(to)], socket)
  if (found?.exists !== true) throw new NotSendable("not_on_whatsapp", "the number is not on WhatsApp")
  return found.pn ?? to
}
