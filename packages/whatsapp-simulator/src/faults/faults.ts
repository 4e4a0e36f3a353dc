import { Random } from "../directory/random.ts"
import type { Fault, FaultKind } from "./fault.ts"

type FaultOf<Kind extends FaultKind> = Extract<Fault, { kind: Kind }>

/** The faults in force. Asking for one uses it once. */
export class Faults {
  private readonly random: Random
  private readonly active: { fault: Fault; left: number }[] = []
  private waiting: (() => void)[] = []

  constructor(seed: number) {
    this.random = new Random(seed)
  }

  get isEmpty(): boolean {
    return this.active.length === 0
  }

  set(fault: Fault): void {
    this.active.push({ fault, left: fault.count ?? Infinity })
  }

  clear(): void {
    this.active.length = 0
    const waiting = this.waiting
    this.waiting = []
    for (const work of waiting) work()
  }

  /** Runs the work once the faults are cleared. */
  onceCleared(work: () => void): void {
    this.waiting.push(work)
  }

  list(): Fault[] {
    return this.active.map(({ fault }) => fault)
  }

  /** The first fault of a kind that concerns the account (and fits `matches`), used once; undefined when there is none. */
  take<Kind extends FaultKind>(
    kind: Kind,
    phoneId?: string,
    matches: (fault: FaultOf<Kind>) => boolean = () => true,
  ): FaultOf<Kind> | undefined {
    for (const entry of this.active) {
      const { fault } = entry
      if (!isOfKind(fault, kind) || !concerns(fault, phoneId) || !matches(fault)) continue
      if (fault.probability !== undefined && this.random.fraction() >= fault.probability) continue
      entry.left -= 1
      if (entry.left <= 0) this.active.splice(this.active.indexOf(entry), 1)
      return fault
    }
    return undefined
  }
}

function isOfKind<Kind extends FaultKind>(fault: Fault, kind: Kind): fault is FaultOf<Kind> {
  return fault.kind === kind
}

function concerns(fault: Fault, phoneId: string | undefined): boolean {
  return !("phoneId" in fault) || fault.phoneId === undefined || fault.phoneId === phoneId
}
