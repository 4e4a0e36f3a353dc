import { WildcatError } from "@wildcat/shared/contracts"
import type { CommandReply, CommandRequest, CommandVerb } from "@wildcat/shared/contracts"
import { requestCommand } from "@wildcat/shared/bus"
import type { AccountDoc } from "@wildcat/shared/store"
import type { Parts } from "./parts.ts"

/** Orders to the worker that owns an account's session. Takes accounts, not ids: the caller must have found them. */
export function sessionsOf(parts: Parts) {
  /** Throws as `requestCommand`; without NATS at once. */
  const command = async <V extends CommandVerb>(
    account: AccountDoc,
    verb: V,
    request: CommandRequest<V>,
    deadlineMs?: number,
  ): Promise<CommandReply<V>> => {
    if ((await parts.bus.check()) !== null) {
      throw new WildcatError("dependency_unavailable", { detail: "the message bus is not available" })
    }
    const order = { account: account._id, verb, request }
    return requestCommand(parts.bus, deadlineMs === undefined ? order : { ...order, deadlineMs })
  }

  /** Waits until what the owner knows of its sends can be read; at once without an owner. */
  const settle = async (account: AccountDoc): Promise<void> => {
    try {
      await command(account, "message.settle", {})
    } catch (error) {
      if (!(error instanceof WildcatError)) throw error
    }
  }

  return {
    command,
    /** The ticket that an account's owner gave last, for the order about a row that is written after this call. */
    ticketOf: (account: AccountDoc) => parts.tickets.get(account._id),

    /**
     * Tells the owner of a row in the outbox, which it gets along where it can be sure of it. Throws as `command`. What was
     * not told the owner finds by itself, but late: the next row does not overtake it then.
     */
    async sendWritten(
      account: AccountDoc,
      order: CommandRequest<"message.send">,
      deadlineMs: number,
    ): Promise<CommandReply<"message.send">> {
      try {
        const reply = await command(account, "message.send", order, deadlineMs)
        if (reply.ticket !== undefined) parts.tickets.put(account._id, reply.ticket)
        return reply
      } catch (error) {
        parts.tickets.forget(account._id)
        throw error
      }
    },

    settle,

    /** As `settle`, where this process has just answered with what an owner said: whoever reads next finds it. */
    async settleFresh(account: AccountDoc): Promise<void> {
      if (parts.tickets.isFresh(account._id)) await settle(account)
    },
  }
}
