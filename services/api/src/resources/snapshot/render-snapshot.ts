import { once } from "node:events"
import { Worker } from "node:worker_threads"
import sharp from "sharp"
import { WildcatError } from "@wildcat/shared/contracts"
import { createTurns } from "@wildcat/shared/runtime"
import type { Snapshot } from "./snapshot-data.ts"

const drawMs = 20_000
const { run: inTurn } = createTurns(1)
/** Runs as a source and as built. */
const thread = new URL(`draw-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url)

/**
 * The PNG of a snapshot, without a browser. Its layout takes a second or so and is made in a thread of its own, one at a
 * time, so that other requests do not wait for it. Throws `internal` when it takes too long.
 */
export function renderSnapshot(snapshot: Snapshot): Promise<Buffer> {
  return inTurn(async () => {
    const worker = new Worker(thread, { workerData: snapshot, resourceLimits: { maxOldGenerationSizeMb: 256 } })
    const late = setTimeout(() => void worker.terminate(), drawMs)
    try {
      // Rejects with the thread's error; a thread that ends without a word has run out of time.
      const [svg]: unknown[] = await Promise.race([once(worker, "message"), once(worker, "exit")])
      if (typeof svg !== "string") throw new WildcatError("internal", { detail: "the picture could not be drawn" })
      return await sharp(Buffer.from(svg)).png().toBuffer()
    } finally {
      clearTimeout(late)
      await worker.terminate()
    }
  })
}
