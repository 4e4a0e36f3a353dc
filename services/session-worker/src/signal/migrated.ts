import type { SessionState, StateChanges } from "../log/state.ts"

/** What libsignal stores of its sessions with one device, as far as it is used here. */
interface StoredRecord {
  version: string
  /** By base key. */
  _sessions: Record<string, StoredSession>
}
interface StoredSession {
  indexInfo: {
    /** When it was made, or a message of the contact was decrypted with it last, in milliseconds since 1970. */
    used: number
    /** When it was closed; -1 while messages are encrypted with it. */
    closed: number
  }
}

/**
 * What it changes that sessions move from a number to its LID. Baileys puts them in the place of what is there. But a
 * mapping may be learned late, when the contact has written under the LID already, and what it writes next could not be
 * read any more. So both stay: the one that was used last encrypts, all of them decrypt.
 */
export function migrated(changes: StateChanges, state: SessionState): StateChanges {
  const sessions = Object.entries(changes.session ?? {}).map(([address, moved]) => {
    const present = moved === null ? undefined : state.get("session", address)
    return [address, isRecord(moved) && isRecord(present) ? merged(present, moved) : moved]
  })
  return { ...changes, session: Object.fromEntries(sessions) }
}

function merged(present: StoredRecord, moved: StoredRecord): StoredRecord {
  const byUse = [...Object.entries(moved._sessions), ...Object.entries(present._sessions)].sort(
    ([, one], [, other]) => one.indexInfo.used - other.indexInfo.used,
  )
  const [open] = byUse.findLast(([, session]) => isOpen(session)) ?? []
  // Of one session that stands in both the one that was used last counts: it comes last.
  const sessions = byUse.map(([key, session]) => [key, key === open ? session : closed(session)])
  return { ...present, _sessions: Object.fromEntries(sessions) }
}

function closed(session: StoredSession): StoredSession {
  return isOpen(session) ? { ...session, indexInfo: { ...session.indexInfo, closed: Date.now() } } : session
}

function isOpen({ indexInfo }: StoredSession): boolean {
  return indexInfo.closed === -1
}

/** Baileys declares bytes; libsignal writes this. */
function isRecord(value: unknown): value is StoredRecord {
  return typeof value === "object" && value !== null && "_sessions" in value
}
