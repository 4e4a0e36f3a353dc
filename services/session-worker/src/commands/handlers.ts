import { WildcatError } from "@wildcat/shared/contracts"
import type { MessageStatus } from "@wildcat/shared/contracts"
import type { CommandHandlers } from "@wildcat/shared/bus"
import type { Store } from "@wildcat/shared/store"
import type { Session } from "../session/session.ts"

/** Less than the deadline of the command: its caller shall get the state so far. */
const outcomeWaitMs = 20_000

/** What the owner of a session does on command. */
export function commandHandlers(session: Session, store: Store): CommandHandlers {
  return {
    "account.qr": () => Promise.resolve(session.qr),
    "account.logout": async () => {
      if (!session.isLinked) throw new WildcatError("account_not_linked")
      await session.logOut()
      return {}
    },
    "message.send": async ({ message, wait }) => {
      session.sender.wake()
      return { status: wait ? await outcomeOf(message, session, store) : await statusOf(message, session, store) }
    },
  }
}

async function outcomeOf(id: string, session: Session, store: Store): Promise<MessageStatus> {
  const outcome = Promise.withResolvers<MessageStatus | null>()
  const stopListening = session.sender.onOutcome(id, outcome.resolve)
  const timer = setTimeout(() => outcome.resolve(null), outcomeWaitMs)
  try {
    const status = await statusOf(id, session, store)
    if (status !== "queued" && status !== "sending") return status
    return (await outcome.promise) ?? (await statusOf(id, session, store))
  } finally {
    clearTimeout(timer)
    stopListening()
  }
}

async function statusOf(id: string, session: Session, store: Store): Promise<MessageStatus> {
  const row = await store.collections.outbox.findOne({ _id: id, account: session.account })
  if (row === null) throw new WildcatError("not_found", { detail: "there is no such message in the outbox" })
  return row.status
}
