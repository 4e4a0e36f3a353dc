import type { MessageStatus, SentMessage } from "@wildcat/shared/contracts"

/** How a send ended; `sent` when WhatsApp's server has it. */
export interface Outcome {
  status: MessageStatus
  sent?: SentMessage
}

/** Who waits for the fate of which message. */
export interface Outcomes {
  /** Calls `done` once the message's fate is known; returns how to stop waiting. */
  on(id: string, done: (outcome: Outcome) => void): () => void
  tell(id: string, outcome: Outcome): void
  isAwaited(id: string): boolean
}

export function createOutcomes(): Outcomes {
  const waiting = new Map<string, Set<(outcome: Outcome) => void>>()
  return {
    on(id, done) {
      const listeners = waiting.get(id) ?? new Set()
      waiting.set(id, listeners.add(done))
      return () => {
        listeners.delete(done)
        if (listeners.size === 0) waiting.delete(id)
      }
    },
    tell: (id, outcome) => waiting.get(id)?.forEach((done) => done(outcome)),
    isAwaited: (id) => waiting.has(id),
  }
}
