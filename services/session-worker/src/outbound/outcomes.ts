import type { MessageStatus } from "@wildcat/shared/contracts"

/** Who waits for the fate of which message. */
export interface Outcomes {
  /** Calls `done` once the message's fate is known; returns how to stop waiting. */
  on(id: string, done: (status: MessageStatus) => void): () => void
  tell(id: string, status: MessageStatus): void
  isAwaited(id: string): boolean
}

export function createOutcomes(): Outcomes {
  const waiting = new Map<string, Set<(status: MessageStatus) => void>>()
  return {
    on(id, done) {
      const listeners = waiting.get(id) ?? new Set()
      waiting.set(id, listeners.add(done))
      return () => {
        listeners.delete(done)
        if (listeners.size === 0) waiting.delete(id)
      }
    },
    tell: (id, status) => waiting.get(id)?.forEach((done) => done(status)),
    isAwaited: (id) => waiting.has(id),
  }
}
