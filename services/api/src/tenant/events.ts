import type { Response } from "express"
import type { AccountDoc } from "@wildcat/shared/store"
import { AnyEnvelope, WildcatError, events, liveEvents } from "@wildcat/shared/contracts"
import type { EventData, LiveEventData } from "@wildcat/shared/contracts"
import type { LoggedEvent } from "../events/event-hub.ts"
import type { EventStream } from "../events/event-streams.ts"
import type { Caller } from "../keys/authenticator.ts"
import type { Parts } from "./parts.ts"

/** Events kept for a client while older ones are replayed to it; past that the log is read again. */
const heldMax = 1_000

export interface EventRequest {
  account: string | null
  /** Event types, `*`, or `message.*`; empty for all. */
  types: readonly string[]
  /** Position after which to begin; null for events from now on. */
  after: number | null
}

/** The events of a caller: of its tenant, or of the account that its key is bound to. */
export function eventsOf(parts: Parts, caller: Caller) {
  const { hub } = parts

  return {
    /** Opens a Server-Sent Events answer. */
    openStream: (response: Response) => parts.streams.open(response, caller),

    /** Throws `events_expired` unless everything after the position is still in the log. */
    async checkPosition(after: number): Promise<void> {
      const { first, end } = await hub.bounds({ tenant: caller.tenant, account: caller.account })
      if (after + 1 < first || after > end) {
        throw new WildcatError("events_expired", {
          detail:
            "the events after this id are no longer in the log; connect without it, and read what was missed by the API",
          field: "header.last-event-id",
        })
      }
    },

    /**
     * Gives the events of the log and then those that come, each once and in order, until the client goes.
     * `open` is called when nothing can be missed any more, and begins the answer.
     */
    async follow(request: EventRequest, open: () => EventStream): Promise<void> {
      const filter = { tenant: caller.tenant, account: caller.account ?? request.account }
      const wanted = (event: LoggedEvent) =>
        event.tenant === filter.tenant &&
        (filter.account === null || event.account === filter.account) &&
        (request.types.length === 0 || request.types.some((pattern) => matchesType(pattern, event.type)))
      const held = { events: [] as LoggedEvent[], overflown: false }
      let receive = (event: LoggedEvent) => hold(held, event)
      const unfollow = await hub.follow((event) => wanted(event) && receive(event))
      try {
        const stream = open()
        let last = request.after ?? 0
        if (request.after !== null) {
          do {
            held.overflown = false
            held.events = []
            const until = (await hub.bounds(filter)).last
            const each = async (event: LoggedEvent) => {
              last = event.sequence
              if (wanted(event)) await stream.sendInTurn(frameOf(event))
            }
            await hub.replay({ ...filter, after: last, until }, each, stream.closed)
          } while (held.overflown && !stream.closed.aborted)
        }
        const forward = (event: LoggedEvent) => {
          if (event.sequence > last) stream.send(frameOf(event))
        }
        held.events.forEach(forward)
        receive = forward
        await ended(stream)
      } finally {
        unfollow()
      }
    },

    /** Calls back at each new QR code and each new status of an account, until it is ended. */
    async followAccount(
      account: AccountDoc,
      on: { qr(data: LiveEventData<"account.qr">): void; status(data: EventData<"account.status">): void },
    ): Promise<() => void> {
      const ids = { tenant: caller.tenant, account: account._id }
      const subject = parts.bus.subjects.live({ ...ids, type: "account.qr" })
      const unfollow = await hub.follow((event) => {
        if (event.account !== ids.account || event.tenant !== ids.tenant || event.type !== "account.status") return
        on.status(events["account.status"].parse(AnyEnvelope.parse(JSON.parse(event.json)).data))
      })
      const subscription = parts.bus.connection.subscribe(subject, {
        callback: (error, message) => {
          if (error) return parts.log.error({ error }, "qr.subscription_failed")
          on.qr(liveEvents["account.qr"].parse(AnyEnvelope.parse(message.json()).data))
        },
      })
      await parts.bus.connection.flush()
      return () => {
        unfollow()
        subscription.unsubscribe()
      }
    },
  }
}

/** `*` is every type, `message.*` every type below `message`, anything else exactly itself. */
export function matchesType(pattern: string, type: string): boolean {
  if (pattern === "*") return true
  return pattern.endsWith(".*") ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}

function hold(held: { events: LoggedEvent[]; overflown: boolean }, event: LoggedEvent): void {
  if (held.events.length < heldMax) held.events.push(event)
  else held.overflown = true
}

function frameOf(event: LoggedEvent) {
  return { id: event.sequence, event: event.type, data: event.json }
}

function ended(stream: EventStream): Promise<void> {
  if (stream.closed.aborted) return Promise.resolve()
  return new Promise((resolve) => stream.closed.addEventListener("abort", () => resolve()))
}
