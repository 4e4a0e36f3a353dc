import type { CommandHandlers } from "@wildcat/shared/bus"
import type { Session } from "../session/session.ts"

export function outboxCommands(session: Session): Pick<CommandHandlers, "message.cancel" | "campaign.look"> {
  return {
    "message.cancel": async ({ message }) => ({ status: await session.sender.cancel(message) }),
    "campaign.look": async () => {
      await session.campaigns.look()
      return {}
    },
  }
}
