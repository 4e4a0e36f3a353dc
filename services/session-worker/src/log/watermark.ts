/**
 * Which staged steps are durable. Steps are numbered as they are staged; a hold takes a number, too, and counts as
 * durable when everything is that was staged until its work was done.
 */
export interface Watermark {
  /** Number for staged content. */
  next(): number
  /** The highest number given so far. */
  readonly last: number
  /** Everything up to here is durable. */
  readonly durable: number
  /** The content up to this number has been committed. */
  commit(content: number): void
  /** Takes a number for content that is not known yet; call the result when all of it has been staged. */
  hold(): () => void
}

export function createWatermark(): Watermark {
  let last = 0
  let lastContent = 0
  let committed = 0
  const holds: { number: number; until: number | null }[] = []

  const firstOpenHold = () => {
    while (holds[0] !== undefined && holds[0].until !== null && holds[0].until <= committed) holds.shift()
    return holds[0]
  }
  return {
    next: () => (lastContent = last += 1),
    get last() {
      return last
    },
    get durable() {
      const content = committed >= lastContent ? last : committed
      const hold = firstOpenHold()
      return hold === undefined ? content : Math.min(content, hold.number - 1)
    },
    commit: (content) => (committed = content),
    hold() {
      const hold: { number: number; until: number | null } = { number: (last += 1), until: null }
      holds.push(hold)
      return () => (hold.until = lastContent)
    },
  }
}
