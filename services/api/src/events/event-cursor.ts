/** A place in the event log: everything up to `sequence` has been seen. */
export interface LogPlace {
  /** Which log: the time at which its stream was made. Another one counts its events anew. */
  log: number
  sequence: number
}

/** The text that clients keep and give back. They must not look into it: its form may change with any release. */
export function encodeEventCursor({ log, sequence }: LogPlace): string {
  return Buffer.from(`1.${log.toString(36)}.${sequence.toString(36)}`).toString("base64url")
}

/** Null for anything that `encodeEventCursor` did not make. */
export function decodeEventCursor(text: string): LogPlace | null {
  if (!/^[\w-]{6,48}$/.test(text)) return null
  const parts = /^1\.([0-9a-z]{1,11})\.([0-9a-z]{1,11})$/.exec(Buffer.from(text, "base64url").toString("latin1"))
  const [log = NaN, sequence = NaN] = (parts?.slice(1) ?? []).map((digits) => Number.parseInt(digits, 36))
  if (!Number.isSafeInteger(log) || !Number.isSafeInteger(sequence)) return null
  return encodeEventCursor({ log, sequence }) === text ? { log, sequence } : null
}
