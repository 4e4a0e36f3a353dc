import { createHash } from "node:crypto"

/** The worker that an account belongs to among those that live: every worker comes to the same answer (rendezvous hashing). */
export function preferredWorker(account: string, workers: readonly string[]): string | null {
  const ranked = workers.map((worker) => ({ worker, weight: weightOf(account, worker) }))
  ranked.sort((a, b) => (a.weight < b.weight ? 1 : -1))
  return ranked[0]?.worker ?? null
}

function weightOf(account: string, worker: string): string {
  return createHash("sha256").update(`${account}\n${worker}`).digest("hex")
}
