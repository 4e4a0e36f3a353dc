import { parentPort, workerData } from "node:worker_threads"
import { drawSnapshot } from "./draw.ts"
import { Snapshot } from "./snapshot-data.ts"

/** A thread that draws one snapshot: its data goes in, SVG comes out. */
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(await drawSnapshot(Snapshot.parse(workerData)))
