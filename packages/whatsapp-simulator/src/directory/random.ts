/** A small seeded generator (mulberry32) for numbers that should repeat between runs; never for keys. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  digits(count: number): string {
    return Array.from({ length: count }, () => String(Math.floor(this.fraction() * 10))).join("")
  }

  /** From 0 to just below 1. */
  fraction(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
