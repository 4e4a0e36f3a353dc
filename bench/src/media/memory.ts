import { readFileSync, writeFileSync } from "node:fs"
import type { Stack } from "@wildcat/testkit"
import { serviceNames } from "@wildcat/testkit"
import type { ServiceName } from "@wildcat/testkit"

/** By how much the resident memory of each service was above its start at most, in bytes. */
export type Raises = Record<ServiceName, number>

/** Does something, and says how high each service's resident memory went meanwhile. The kernel keeps the peak; Linux only. */
export async function raisesWhile({ services }: Stack, act: () => Promise<unknown>): Promise<Raises> {
  const before = serviceNames.map((name) => {
    const { pid } = services[name]
    // Sets the peak back to the present (proc(5), clear_refs).
    writeFileSync(`/proc/${pid}/clear_refs`, "5")
    return [name, pid, statusOf(pid, "VmRSS")] as const
  })
  await act()
  const raises: Raises = { media: 0, "session-worker": 0, "webhook-dispatcher": 0, api: 0 }
  for (const [name, pid, start] of before) raises[name] = statusOf(pid, "VmHWM") - start
  return raises
}

/** Bytes; the kernel writes kB. */
function statusOf(pid: number, field: "VmRSS" | "VmHWM"): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))
  if (line?.[1] === undefined) throw new Error(`the kernel does not tell ${field} of process ${pid}`)
  return Number(line[1]) * 1024
}
