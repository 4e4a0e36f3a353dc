import type { CommandHandlers } from "@wildcat/shared/bus"
import type { Store } from "@wildcat/shared/store"
import type { Session } from "../session/session.ts"
import { accountCommands } from "./account-commands.ts"
import { chatCommands } from "./chat-commands.ts"
import { contactCommands } from "./contact-commands.ts"
import { groupCommands } from "./group-commands.ts"
import { mediaCommands } from "./media-commands.ts"
import { messageCommands } from "./message-commands.ts"
import { outboxCommands } from "./outbox-commands.ts"
import { presenceCommands } from "./presence-commands.ts"
import { profileCommands } from "./profile-commands.ts"

/** What the owner of a session does on command. */
export function commandHandlers(session: Session, store: Store): CommandHandlers {
  return {
    ...accountCommands(session),
    ...chatCommands(session, store),
    ...groupCommands(session, store),
    ...contactCommands(session),
    ...presenceCommands(session),
    ...profileCommands(session, store),
    ...mediaCommands(session, store),
    ...outboxCommands(session),
    ...messageCommands(session, store),
  }
}
