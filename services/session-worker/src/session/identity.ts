import type { AuthenticationCreds } from "@whiskeysockets/baileys"
import { personOf } from "@wildcat/shared/contracts"
import type { Person } from "@wildcat/shared/contracts"
import type { SessionState } from "../log/state.ts"

/** Whose session it is. */
export interface Identity {
  /** The number of the present credentials; null while unlinked. */
  linked(): Person | null
  /** The number that was linked last, also after a log-out: only it may be linked again. */
  readonly known: Person | null
  /** The present link is a good one. */
  confirm(): void
}

/** `known`: the number that was linked last, as the account has it. */
export function identityOf(state: SessionState, known: Person | null): Identity {
  const linked = () => meOf(state.get("creds", "creds"))
  return {
    linked,
    get known() {
      return known
    },
    confirm: () => (known = linked() ?? known),
  }
}

function meOf(creds: AuthenticationCreds | undefined): Person | null {
  return creds?.me === undefined ? null : personOf(creds.me.id, creds.me.lid)
}
