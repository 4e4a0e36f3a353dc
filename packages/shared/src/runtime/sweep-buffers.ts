import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

/** What may pass through this process between two sweeps, in bytes. */
const sweepEveryBytes = 8 * 1024 * 1024

const sweepEveryMs = 50

let passed = 0
let sweep: (() => void) | undefined

/**
 * To be told of bytes that stream through this process. V8 looks at how many objects it has made, not at how much memory
 * hangs on them outside its heap, so the used buffers of a large file pile up to some hundred megabytes before it collects
 * them. This has it collect the young ones, in a millisecond or two, every 8 MiB.
 */
export function sweepBuffers(bytes: number): void {
  passed += bytes
  if (passed >= sweepEveryBytes) sweepNow()
}

/** The same for bytes that stream through somebody else's code: sweeps now and then until the work is done. */
export async function sweepWhile<T>(work: Promise<T>): Promise<T> {
  const sweeping = setInterval(sweepNow, sweepEveryMs)
  try {
    return await work
  } finally {
    clearInterval(sweeping)
  }
}

function sweepNow(): void {
  passed = 0
  sweep ??= exposedSweep()
  sweep()
}

/** V8's collector, which it shows only where a flag says so. */
function exposedSweep(): () => void {
  setFlagsFromString("--expose-gc")
  const collect: unknown = runInNewContext("gc")
  return typeof collect === "function"
    ? () => void Reflect.apply(collect, undefined, [{ type: "minor" }])
    : () => undefined
}
