import type { AccountDoc } from "@wildcat/shared/store"
import { AnyEnvelope, WildcatError, events, liveEvents } from "@wildcat/shared/contracts"
import type { EventData, LiveEventData } from "@wildcat/shared/contracts"
import { decodeEventCursor, encodeEventCursor } from "../events/event-cursor.ts"
import type { LogPlace } from "../events/event-cursor.ts"
import type { LoggedEvent } from "../events/event-log.ts"
import type { Transport } from "../events/event-stream.ts"
import { followLog } from "../events/follow-log.ts"
import type { Caller } from "../keys/authenticator.ts"
import type { Parts } from "./parts.ts"

export interface EventRequest {
  account: string | null
  /** Event types, `*`, or `message.*`; empty for all. */
  types: readonly string[]
}

/** Where a client wants to begin. */
export interface Start {
  /** A cursor, `oldest` (of the log), or `latest`: what comes from now on. */
  after: string
  /** Where in the request it stands. */
  field: string
}

/** Pages of the log that are looked through for one answer: events of a rare type are found over several calls. */
const pagesEach = 4

/** The events of a caller: of its tenant, or of the account that its key is bound to. */
export function eventsOf(parts: Parts, caller: Caller) {
  const { hub, eventLog, streams } = parts
  const filterOf = ({ account }: EventRequest) => ({ tenant: caller.tenant, account: caller.account ?? account })
  const wantedBy = (request: EventRequest) => {
    const { account } = filterOf(request)
    return (event: LoggedEvent) =>
      event.tenant === caller.tenant &&
      (account === null || event.account === account) &&
      (request.types.length === 0 || request.types.some((pattern) => matchesType(pattern, event.type)))
  }
  return {
    /** Opens a stream of frames that do not come from the log. */
    openStream: (begin: () => Transport) => streams.open(caller, begin),

    /** The place to begin at. Throws `invalid_request` for what is no cursor, `events_expired` unless all that follows it is in the log. */
    async placeOf({ after, field }: Start): Promise<LogPlace> {
      const wanted = after === "oldest" || after === "latest" ? null : decodeEventCursor(after)
      if (wanted === null && after !== "oldest" && after !== "latest") {
        throw new WildcatError("invalid_request", { field, detail: `${field}: is not a cursor of an event` })
      }
      const { log, first, end } = await eventLog.bounds()
      const oldest = { log, sequence: Math.max(first - 1, 0) }
      if (wanted === null) return after === "latest" ? { log, sequence: end } : oldest
      if (wanted.log === log && wanted.sequence >= oldest.sequence && wanted.sequence <= end) return wanted
      throw new WildcatError("events_expired", {
        detail:
          "events after this cursor are no longer in the log; begin at oldestCursor, and read what was missed by the API",
        field,
        members: { oldestCursor: encodeEventCursor(oldest) },
      })
    },

    /** Up to `limit` events after a place; more may follow behind `place` unless `complete`. */
    async list(request: EventRequest & { from: LogPlace; limit: number }) {
      const wanted = wantedBy(request)
      const found: LoggedEvent[] = []
      let { sequence } = request.from
      for (let pages = 0; pages < pagesEach; pages += 1) {
        const page = await eventLog.page({ ...filterOf(request), after: sequence })
        for (const event of page.events.filter(wanted)) {
          if (found.length === request.limit) {
            return { events: found, cursor: encodeEventCursor({ ...request.from, sequence }), complete: false }
          }
          found.push(event)
          sequence = event.sequence
        }
        sequence = Math.max(sequence, page.through)
        if (page.complete) {
          return { events: found, cursor: encodeEventCursor({ ...request.from, sequence }), complete: true }
        }
      }
      return { events: found, cursor: encodeEventCursor({ ...request.from, sequence }), complete: false }
    },

    /** Streams the events after a place until the client goes; `begin` is called when nothing can be refused any more. */
    async follow(request: EventRequest & { from: LogPlace }, begin: () => Transport): Promise<void> {
      await hub.start()
      const stream = streams.open(caller, begin)
      const { from } = request
      await followLog({ hub, eventLog, stream, filter: filterOf(request), from, wanted: wantedBy(request) })
    },

    /** Calls back at each new QR code and each new status of an account, until it is ended. */
    async followAccount(
      account: AccountDoc,
      on: {
        qr(data: LiveEventData<"account.qr">): void
        status(data: EventData<"account.status">): void
        lost(): void
      },
    ): Promise<() => void> {
      const ids = { tenant: caller.tenant, account: account._id }
      const subject = parts.bus.subjects.live({ ...ids, type: "account.qr" })
      await hub.start()
      const leave = hub.follow(ids.tenant, {
        event: (event) => {
          if (event.account !== ids.account || event.type !== "account.status") return
          on.status(events["account.status"].parse(AnyEnvelope.parse(JSON.parse(event.json)).data))
        },
        lost: on.lost,
      })
      const subscription = parts.bus.connection.subscribe(subject, {
        callback: (error, message) => {
          if (error) return parts.log.error({ error }, "qr.subscription_failed")
          on.qr(liveEvents["account.qr"].parse(AnyEnvelope.parse(message.json()).data))
        },
      })
      await parts.bus.connection.flush()
      return () => {
        leave()
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
