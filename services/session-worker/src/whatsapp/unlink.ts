import type { GatedSocket } from "./socket.ts"

const answerWaitMs = 5_000

/**
 * Tells WhatsApp to remove this device, and waits until it has answered. Baileys' own `logout` closes the connection in
 * the same moment, so that the request may not leave at all.
 */
export async function unlinkDevice({ socket, gate }: GatedSocket, jid: string): Promise<void> {
  const request = {
    tag: "iq",
    attrs: { to: "s.whatsapp.net", type: "set", xmlns: "md", id: socket.generateMessageTag() },
    content: [{ tag: "remove-companion-device", attrs: { jid, reason: "user_initiated" } }],
  }
  // The connection may be closed by the server instead of an answer: both mean that it has understood.
  await socket.query(request, answerWaitMs).catch(() => undefined)
  await gate.emptied()
}
