import { readFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { z } from "zod"

/**
 * Resident memory of one process at rest, in bytes, with some of its sessions and with all. What is between the two grows with the
 * sessions; the rest is there once, however many they are.
 */
export const Memory = z.object({
  some: z.object({ sessions: z.number(), bytes: z.number() }),
  all: z.object({ sessions: z.number(), bytes: z.number() }),
})
export type Memory = z.infer<typeof Memory>

/** What many idle or sending sessions of one process cost. */
export const Crowd = z.object({
  memory: Memory,
  /** Sends per second of all accounts together, one at a time each, until WhatsApp's server has acknowledged. */
  sendsPerSecond: z.number(),
})
export type Crowd = z.infer<typeof Crowd>

const sendsMin = 500

/** Sends of each account: enough together to be measured, and at least a few. */
export function sendsOfEach(sessions: number): number {
  return Math.max(3, Math.ceil(sendsMin / sessions))
}

/** After this time without work V8 has given back what it gives back. */
const restMs = 10_000

/** The smaller of two crowds that are compared: beyond it, what the process needs once is there. */
export function someOf(sessions: number): number {
  return Math.min(10, Math.floor(sessions / 5))
}

/** Of a process that has come to rest; the kernel tells it in kB. */
export async function memoryAtRest(pid: number, sessions: number): Promise<Memory["some"]> {
  await pause(restMs)
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
  return { sessions, bytes: Number(kilobytes ?? 0) * 1_024 }
}

/** What one more session costs, in bytes. */
export function bytesEach({ some, all }: Memory): number {
  return (all.bytes - some.bytes) / (all.sessions - some.sessions)
}
