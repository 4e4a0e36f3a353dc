/** What libsignal prints through `console`; several of these lines are followed by a session with its private keys. */
const libsignalLines = [
  "Closing session",
  "Closing open session",
  "Opening session",
  "Removing old closed session",
  "Session already",
  "Session error:",
  "Decrypted message with closed session",
  "Failed to decrypt message with any known session",
  "Migrating session to",
  "V1 session storage migration error",
  "WARNING: Expected pubkey",
  "Unhandled bucket type",
]
const methods = ["log", "info", "warn", "error"] as const
let isQuiet = false

/** Drops libsignal's console output, for the whole process; everything else passes. Calling it again does nothing. */
export function silenceLibsignal(): void {
  if (isQuiet) return
  isQuiet = true
  for (const method of methods) {
    const original = console[method].bind(console)
    console[method] = (...values: unknown[]) => {
      if (!isFromLibsignal(values[0])) original(...values)
    }
  }
}

function isFromLibsignal(first: unknown): boolean {
  return typeof first === "string" && libsignalLines.some((line) => first.startsWith(line))
}
