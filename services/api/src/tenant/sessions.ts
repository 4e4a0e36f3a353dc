import { WildcatError } from "@wildcat/shared/contracts"
import type { CommandReply, CommandRequest, CommandVerb } from "@wildcat/shared/contracts"
import { requestCommand } from "@wildcat/shared/bus"
import { tolerate } from "@wildcat/shared/runtime"
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

  return {
    command,
    /** Sends an order whose reply nobody waits for, about something that the worker also finds by itself. */
    tell<V extends CommandVerb>(account: AccountDoc, verb: V, request: CommandRequest<V>, deadlineMs: number): void {
      void tolerate(command(account, verb, request, deadlineMs), "the worker finds it by itself", parts.log)
    },
  }
}
