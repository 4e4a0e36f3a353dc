import { initAuthCreds } from "@whiskeysockets/baileys"
import type { AuthenticationCreds } from "@whiskeysockets/baileys"
import type { SessionLog } from "../log/session-log.ts"
import type { SessionState, StateChanges, StateType } from "../log/state.ts"

/** The session's credentials; fresh ones are staged, so that they are durable before the first frame that shows them. */
export function credentialsOf(state: SessionState, sessionLog: SessionLog): AuthenticationCreds {
  return state.get("creds", "creds") ?? renew(sessionLog, {})
}

/** Everything of a session that is worth nothing without its link. Compiles only when it names each type. */
const forgotten = {
  creds: true,
  "pre-key": true,
  session: true,
  "sender-key": true,
  "sender-key-memory": true,
  "app-state-sync-key": true,
  "app-state-sync-version": true,
  "lid-mapping": true,
  "device-list": true,
  tctoken: true,
  "identity-key": true,
  inbox: true,
  devices: true,
  names: true,
  address: true,
  ephemeral: true,
  history: true,
  person: false,
  "group-digest": true,
  notice: true,
  // The number is the same afterwards.
  campaign: false,
  pacing: false,
  unconfirmed: true,
  missed: true,
  restriction: true,
  meta: false,
} as const satisfies Record<StateType, boolean>

/** Deletes the credentials and all keys, and makes fresh ones for the next link. */
export function forgetCredentials(state: SessionState, sessionLog: SessionLog): void {
  const types = (Object.keys(forgotten) as StateType[]).filter((type) => forgotten[type])
  const removed: Record<string, Record<string, null>> = {}
  for (const type of types) removed[type] = Object.fromEntries(state.entries(type).map(([id]) => [id, null]))
  renew(sessionLog, removed)
}

function renew(sessionLog: SessionLog, removed: StateChanges): AuthenticationCreds {
  const creds = initAuthCreds()
  sessionLog.stage({ state: { ...removed, creds: { creds } } })
  return creds
}
