import { WildcatError } from "@wildcat/shared/contracts"
import type { CommandHandlers } from "@wildcat/shared/bus"
import type { Session } from "../session/session.ts"
import { askWhatsApp } from "./ask-whatsapp.ts"

type Verb = Extract<keyof CommandHandlers, `presence.${string}`>

export function presenceCommands(session: Session): Pick<CommandHandlers, Verb> {
  return {
    async "presence.set"({ presence }) {
      // WhatsApp takes it with the account's name only; Baileys drops it silently without.
      if (!session.online().socket.authState.creds.me?.name) {
        throw new WildcatError("conflict", { detail: "the account has no name yet: set one in its profile first" })
      }
      await askWhatsApp(session, (socket) => socket.sendPresenceUpdate(presence))
      return {}
    },
    async "presence.chat"({ chat, presence }) {
      await askWhatsApp(session, (socket) => socket.sendPresenceUpdate(presence, chat))
      return {}
    },
    async "presence.subscribe"({ person }) {
      await askWhatsApp(session, (socket) => socket.presenceSubscribe(person))
      return {}
    },
  }
}
