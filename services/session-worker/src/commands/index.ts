import type { CommandHandlers } from "@wildcat/shared/bus"
import type { Store } from "@wildcat/shared/store"
import type { Session } from "../session/session.ts"
import { accountCommands } from "./account-commands.ts"
import { messageCommands } from "./message-commands.ts"

/** What the owner of a session does on command. */
export function commandHandlers(session: Session, store: Store): CommandHandlers {
  return { ...accountCommands(session), ...messageCommands(session, store) }
}
