import { createHash } from "node:crypto"
import type { Peer } from "./liveness.ts"

/** The worker that an account belongs to among some: every worker comes to the same answer (rendezvous hashing). */
export function preferredWorker(account: string, workers: readonly string[]): string | null {
  const ranked = workers.map((worker) => ({ worker, weight: weightOf(account, worker) }))
  ranked.sort((a, b) => (a.weight < b.weight ? 1 : -1))
  return ranked[0]?.worker ?? null
}

/** Those that take sessions: the ones that are not draining; all when all are, so that no account is left unserved. */
export function willingOf(workers: readonly Peer[]): Peer[] {
  const willing = workers.filter(({ isDraining }) => !isDraining)
  return willing.length > 0 ? willing : [...workers]
}

/** Names of those that have room for one more session. */
export function withRoom(workers: readonly Peer[]): string[] {
  return workers.filter(({ room }) => room > 0).map(({ worker }) => worker)
}

function weightOf(account: string, worker: string): string {
  return createHash("sha256").update(`${account}\n${worker}`).digest("hex")
}
