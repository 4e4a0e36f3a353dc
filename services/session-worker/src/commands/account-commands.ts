import { WildcatError } from "@wildcat/shared/contracts"
import type { CommandHandlers } from "@wildcat/shared/bus"
import type { Session } from "../session/session.ts"

export function accountCommands(session: Session): Pick<CommandHandlers, "account.qr" | "account.logout"> {
  return {
    "account.qr": () => Promise.resolve(session.qr),
    "account.logout": async () => {
      if (!session.isLinked) throw new WildcatError("account_not_linked")
      await session.logOut()
      return {}
    },
  }
}
