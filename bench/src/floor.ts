import { connectStore } from "@wildcat/shared/store"
import type { Store } from "@wildcat/shared/store"
import pino from "pino"
import { percentile, timesOf } from "./measure.ts"

/** What a send cannot do without, measured by itself. */
export interface Floor {
  /** Commits of all sessions so far. */
  commits(): Promise<number>
  /** In words: what an answer of the API and a durable insertion take at least. */
  report(apiUrl: string): Promise<string>
  stop(): Promise<void>
}

const count = 300

export async function openFloor(place: { mongoUrl: string; database: string }): Promise<Floor> {
  const store = await connectStore({ ...place, name: "bench", log: pino({ level: "silent" }) })
  return {
    commits: () => commitsIn(store),
    async report(apiUrl) {
      const scratch = store.db.collection("bench")
      const insertMs = await timesOf({ concurrency: 1, count }, () => scratch.insertOne({ text: "x".repeat(2_000) }))
      const answerMs = await timesOf({ concurrency: 1, count }, () => answerOf(`${apiUrl}/healthz`))
      const [insert, answer] = [insertMs, answerMs].map((times) => percentile(times, 0.5).toFixed(1))
      return `alone and one at a time: a durable insertion takes ${insert} ms, the shortest answer of the API ${answer} ms (p50)`
    },
    stop: () => store.close(),
  }
}

/** The last row of each log stays: its number is how many there were. */
async function commitsIn({ collections }: Store): Promise<number> {
  const last = [{ $group: { _id: "$account", n: { $max: "$n" } } }]
  const logs = await collections.sessionLog.aggregate<{ n: number }>(last).toArray()
  return logs.reduce((sum, { n }) => sum + n, 0)
}

async function answerOf(url: string): Promise<void> {
  const response = await fetch(url)
  await response.text()
}
