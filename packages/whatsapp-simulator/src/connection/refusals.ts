/** So many refusals are remembered; the counters go on. */
const refusalsMax = 100

/** Why stanzas of clients were refused: names and places, never contents. For the person whose test fails. */
export class Refusals {
  private readonly problems: string[] = []

  add(problem: string): void {
    if (this.problems.length < refusalsMax) this.problems.push(problem)
  }

  list(): string[] {
    return [...this.problems]
  }
}
