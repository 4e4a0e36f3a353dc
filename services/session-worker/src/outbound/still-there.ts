import type { WASocket } from "@whiskeysockets/baileys"

const lookMs = 10_000
/** WhatsApp's media servers answer so for files that they have removed. */
const goneCodes = new Set([403, 404, 410])

/**
 * True when WhatsApp's media server still has the file. The path comes from whoever sent it: it is asked for only at the
 * hosts that WhatsApp names to this session. Throws when no server answers.
 */
export async function isStillThere(directPath: string | null | undefined, socket: WASocket): Promise<boolean> {
  const { hosts } = await socket.refreshMediaConn(false)
  const host = hosts[0]?.hostname
  if (!directPath || host === undefined) return false
  const url = new URL(directPath, `https://${host}`)
  if (url.host !== new URL(`https://${host}`).host) return false
  const response = await fetch(url, { method: "HEAD", redirect: "error", signal: AbortSignal.timeout(lookMs) })
  return !goneCodes.has(response.status)
}
