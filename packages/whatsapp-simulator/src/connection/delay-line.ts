/** Runs work after a delay, always in the order it was given, even when a later piece has a shorter delay. */
export class DelayLine {
  private readonly waiting: { dueMs: number; work: () => void }[] = []
  private timer: NodeJS.Timeout | undefined

  push(delayMs: number, work: () => void): void {
    if (delayMs <= 0 && this.waiting.length === 0) return work()
    this.waiting.push({ dueMs: performance.now() + delayMs, work })
    this.schedule()
  }

  stop(): void {
    clearTimeout(this.timer)
    this.waiting.length = 0
  }

  private schedule(): void {
    const [next] = this.waiting
    if (this.timer || !next) return
    this.timer = setTimeout(() => this.runDue(), Math.max(0, next.dueMs - performance.now()))
  }

  private runDue(): void {
    this.timer = undefined
    const nowMs = performance.now()
    for (let [next] = this.waiting; next && next.dueMs <= nowMs + 1; [next] = this.waiting) {
      this.waiting.shift()
      next.work()
    }
    this.schedule()
  }
}
