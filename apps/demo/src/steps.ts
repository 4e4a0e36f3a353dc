/** Prints the story as it is lived: each step says what it did, ✓ or ✗, and its time. */
export interface Narrator {
  /** Runs one step; its result goes on to the next ones. Throws StepFailed after printing ✗. */
  step<T>(title: string, act: () => Promise<T>): Promise<T>
  /** Prints something between the steps, for example a QR code. */
  show(text: string): void
}

/** A step of the story failed; the reason is printed already. */
export class StepFailed extends Error {}

export function createNarrator(write: (text: string) => void): Narrator {
  return {
    async step(title, act) {
      const started = performance.now()
      try {
        const result = await act()
        write(`  ✓ ${title} (${time(started)})\n`)
        return result
      } catch (error) {
        write(`  ✗ ${title} (${time(started)})\n    ${error instanceof Error ? error.message : String(error)}\n`)
        throw new StepFailed(title, { cause: error })
      }
    },
    show: (text) => write(`${text}\n`),
  }
}

function time(started: number): string {
  const ms = performance.now() - started
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}
