import { WildcatError } from "@wildcat/shared/contracts"
import type { MessageStatus } from "@wildcat/shared/contracts"
import type { CommandHandlers } from "@wildcat/shared/bus"
import type { Store } from "@wildcat/shared/store"
import type { Outcome } from "../outbound/outcomes.ts"
import type { Session } from "../session/session.ts"

/** Less than the deadline of the command: its caller shall get the state so far. */
const outcomeWaitMs = 20_000
/** Most sends end sooner: only the others are looked up, in case they had ended before or do not exist. */
const lookUpAfterMs = 300

export function messageCommands(
  session: Session,
  store: Store,
): Pick<CommandHandlers, "message.send" | "message.revise" | "message.settle"> {
  const { sender } = session
  return {
    "message.send": async ({ message, wait, written }) => {
      if (written === undefined) sender.wake()
      else sender.take(written.row, written.ticket)
      const outcome = wait ? await outcomeOf(message, session, store) : { status: "queued" as const }
      return { ...outcome, ticket: sender.ticket }
    },
    "message.revise": async ({ message, revision }) => ({ status: await sender.revise(message, revision) }),
    "message.settle": async () => {
      await session.settled()
      return {}
    },
  }
}

async function outcomeOf(id: string, session: Session, store: Store): Promise<Outcome> {
  const outcome = Promise.withResolvers<Outcome>()
  const stopListening = session.sender.onOutcome(id, outcome.resolve)
  try {
    const early = await atMost(lookUpAfterMs, outcome.promise)
    if (early !== null) return early
    const status = await statusOf(id, session, store)
    if (status !== "queued" && status !== "sending") return { status }
    return (await atMost(outcomeWaitMs, outcome.promise)) ?? { status: await statusOf(id, session, store) }
  } finally {
    stopListening()
  }
}

/** Null when it takes longer. */
async function atMost<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), ms)))
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

async function statusOf(id: string, session: Session, store: Store): Promise<MessageStatus> {
  const row = await store.collections.outbox.findOne({ _id: id, account: session.account })
  if (row === null) throw new WildcatError("not_found", { detail: "there is no such message in the outbox" })
  return row.status
}
