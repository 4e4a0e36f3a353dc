import { pause, tolerate } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { GatedSocket } from "../whatsapp/socket.ts"

/** Asks WhatsApp how groups are; what it answers is taken from its frames. */
export interface GroupKeeper {
  connected(connection: GatedSocket): void
  disconnected(): void
  refresh(group: string): void
}

/** All groups are asked for again at most this often: what changed meanwhile is told by notifications. */
const allEveryMs = 6 * 3_600_000
/** Questions follow each other at this distance: WhatsApp limits them. */
const pauseMs = 500
const waitingMax = 1_000
/** Accounts of this process that ask for all their groups at a time: the answers are large. */
const askingMax = 2
let asking = 0
const queue: (() => void)[] = []

export function createGroupKeeper(log: Logger): GroupKeeper {
  const due = new Set<string>()
  let connection: GatedSocket | null = null
  let ended = new AbortController()
  let askedAllAt = -Infinity
  let working = false

  const askAll = async ({ socket }: GatedSocket) => {
    if (performance.now() - askedAllAt < allEveryMs) return
    await inTurn(() => socket.groupFetchAllParticipating())
    askedAllAt = performance.now()
  }
  const work = async (to: GatedSocket) => {
    await tolerate(askAll(to), "asked again with the next connection", log)
    for (;;) {
      const [next] = due
      if (next === undefined || connection !== to) return
      due.delete(next)
      await tolerate(to.socket.groupMetadata(next), "the group is told again when it changes or with all others", log)
      await pause(pauseMs, ended.signal)
    }
  }
  const start = () => {
    const to = connection
    if (working || to === null) return
    working = true
    void work(to).finally(() => {
      working = false
      // Also for a connection that came while the last one was still waiting for an answer.
      if (connection !== null && (connection !== to || due.size > 0)) start()
    })
  }
  return {
    connected(to) {
      connection = to
      ended = new AbortController()
      start()
    },
    disconnected() {
      connection = null
      ended.abort()
    },
    refresh(group) {
      if (due.size < waitingMax) due.add(group)
      start()
    },
  }
}

async function inTurn(work: () => Promise<unknown>): Promise<void> {
  if (asking >= askingMax) await new Promise<void>((resolve) => queue.push(resolve))
  else asking += 1
  try {
    await work()
  } finally {
    const next = queue.shift()
    // Whoever waits takes over the place.
    if (next) next()
    else asking -= 1
  }
}
