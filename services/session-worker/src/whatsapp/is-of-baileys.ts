/**
 * Baileys handles several stanzas in async listeners without a catch: a connection that closes in such a moment leaves a
 * rejection that nobody handles. Its consequence is drawn from the connection's end; it must not end the other sessions.
 */
export function isOfBaileys(reason: unknown): boolean {
  if (!(reason instanceof Error)) return false
  return ("isBoom" in reason && reason.isBoom === true) || (reason.stack ?? "").includes("/@whiskeysockets/baileys/")
}
