import { connectBus } from "@wildcat/shared/bus"
import type { Bus } from "@wildcat/shared/bus"
import { waitUntil } from "@wildcat/testkit"
import pino from "pino"
import { z } from "zod"

/** Times in which accounts were not connected, of all that one blow made move. */
export interface Away {
  blow: string
  accounts: number
  p50Ms: number
  maxMs: number
  /** From the blow until the last one was connected again. */
  allBackMs: number
}

/** Watches when accounts are not connected. */
export interface AwayWatch {
  readonly bus: Bus
  /** Does something that makes so many accounts move, and waits until all are connected again. */
  during(blow: { name: string; accounts: number; from: "their end" | "the blow"; act: () => unknown }): Promise<Away>
  stop(): Promise<void>
}

const Status = z.object({
  type: z.literal("account.status"),
  account: z.string(),
  time: z.iso.datetime(),
  data: z.object({ status: z.string() }),
})
const waitMs = 170_000

/**
 * By the times in the events `account.status`, which the workers write on this machine. An owner that ends in order tells
 * `disconnected` when its connection is closed; of one that was killed, only the next `connected` is told.
 */
export async function watchAway(place: { natsUrl: string; prefix: string }): Promise<AwayWatch> {
  const bus = await connectBus({ ...place, name: "bench", log: pino({ level: "silent" }) })
  let seen: z.infer<typeof Status>[] = []
  subscribe(bus, (event) => seen.push(event))
  await bus.connection.flush()
  return {
    bus,
    async during({ name, accounts, from, act }) {
      seen = []
      const blowAt = Date.now()
      await act()
      const back = () => timesAway(seen, from === "the blow" ? blowAt : null)
      const done = await waitUntil(`${accounts} accounts are back`, () => back().size >= accounts && back(), {
        timeoutMs: waitMs,
        everyMs: 200,
      })
      const times = [...done.values()].map(({ awayMs }) => awayMs).toSorted((a, b) => a - b)
      const lastAt = Math.max(...[...done.values()].map(({ backAt }) => backAt))
      return {
        blow: name,
        accounts,
        p50Ms: times[Math.floor(times.length / 2)] ?? 0,
        maxMs: times.at(-1) ?? 0,
        allBackMs: lastAt - blowAt,
      }
    },
    stop: () => bus.close(),
  }
}

function subscribe(bus: Bus, tell: (event: z.infer<typeof Status>) => void): void {
  bus.connection.subscribe(bus.subjects.allEvents, {
    callback: (error, message) => {
      if (error) throw error
      const event = Status.safeParse(message.json())
      if (event.success) tell(event.data)
    },
  })
}

/** Per account that is connected again: how long it was not, since its end or since a fixed time. */
function timesAway(events: readonly z.infer<typeof Status>[], since: number | null) {
  const ends = new Map<string, number>()
  const back = new Map<string, { awayMs: number; backAt: number }>()
  for (const { account, time, data } of events) {
    const at = Date.parse(time)
    if (data.status === "disconnected") ends.set(account, at)
    const began = since ?? ends.get(account)
    if (data.status === "connected" && began !== undefined) back.set(account, { awayMs: at - began, backAt: at })
  }
  return back
}
