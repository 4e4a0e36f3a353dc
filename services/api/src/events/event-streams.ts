import { WildcatError } from "@wildcat/shared/contracts"
import { tolerate } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { Authenticator, Caller } from "../keys/authenticator.ts"
import { createEventStream } from "./event-stream.ts"
import type { EventStream, Transport } from "./event-stream.ts"

export interface EventStreams {
  /** Begins an answer. Throws `rate_limited`, before `begin` is called, when tenant or process has no stream left. */
  open(caller: Caller, begin: () => Transport): EventStream
  /** Tells every client to go and where to go on. Opens none any more. */
  stop(): void
}

interface Options {
  max: number
  eachMax: number
  /** What may wait for one client. */
  waitingBytesMax: number
  authenticator: Authenticator
  log: Logger
}

/** How often a client hears something: proxies keep the connection, and a key that was revoked is noticed. */
const heartbeatMs = 5_000

/** All open streams of this process, whatever brings them to their clients. */
export function createEventStreams(options: Options): EventStreams {
  const open = new Set<EventStream>()
  const counts = new Map<string, number>()
  let stopped = false
  const count = (tenant: string, change: number) => {
    const now = (counts.get(tenant) ?? 0) + change
    if (now > 0) counts.set(tenant, now)
    else counts.delete(tenant)
  }
  return {
    open(caller, begin) {
      if (stopped) throw new WildcatError("dependency_unavailable", { detail: "this process is stopping" })
      if (open.size >= options.max || (counts.get(caller.tenant) ?? 0) >= options.eachMax) {
        throw new WildcatError("rate_limited", { detail: "too many event streams are open" })
      }
      const stream = createEventStream(begin(), options.waitingBytesMax)
      if (stream.closed.aborted) return stream
      open.add(stream)
      count(caller.tenant, 1)
      const heartbeat = setInterval(() => {
        stream.beat()
        void tolerate(endUnlessValid(options.authenticator, caller, stream), "asked again soon", options.log)
      }, heartbeatMs)
      stream.closed.addEventListener("abort", () => {
        clearInterval(heartbeat)
        open.delete(stream)
        count(caller.tenant, -1)
      })
      return stream
    },
    stop: () => {
      stopped = true
      for (const stream of open) stream.end("stopping")
    },
  }
}

async function endUnlessValid(authenticator: Authenticator, caller: Caller, stream: EventStream): Promise<void> {
  if (!(await authenticator.stillValid(caller))) stream.end("key_not_valid")
}
