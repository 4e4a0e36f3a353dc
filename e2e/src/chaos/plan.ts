import type { Random } from "./random.ts"

/** Every kind of process that is hit, and how many of it run. */
export const casts = { worker: 3, api: 2, media: 1, dispatcher: 2, nats: 1, mongodb: 1 } as const
export type Kind = keyof typeof casts
const kinds = Object.keys(casts) as Kind[] // the keys of the table above

/** `kill`: SIGKILL; `freeze`: SIGSTOP, later SIGCONT; `stop`: SIGTERM. What has ended starts again after a while. */
export const hows = ["kill", "freeze", "stop"] as const
export type How = (typeof hows)[number]

/** One blow. */
export interface Blow {
  /** Pause since the blow before, in milliseconds. */
  afterMs: number
  kind: Kind
  /** Which process of the kind. */
  index: number
  how: How
  /** How long it stays frozen, or away before it starts again. */
  lastsMs: number
}

/** Longer than the heartbeat limit for some workers: they wake up after their sessions were taken over. */
const frozenMsMax = { worker: 5_000, api: 3_000, media: 3_000, dispatcher: 4_000, nats: 2_500, mongodb: 2_500 } as const
const awayMsMax = 1_200

/**
 * The blows of a storm: the same for the same seed. Kinds and ways come from shuffled decks, so that any 18 in a row
 * from the start contain each kind of blow once.
 */
export function planStorm(random: Random, options: { blows: number; paceMs: number }): Blow[] {
  const deck: { kind: Kind; how: How }[] = []
  return Array.from({ length: options.blows }, () => {
    if (deck.length === 0) deck.push(...random.shuffled(kinds.flatMap((kind) => hows.map((how) => ({ kind, how })))))
    const { kind, how } = deck.pop() ?? { kind: "worker", how: "kill" }
    return {
      afterMs: random.between(0, 2 * options.paceMs),
      kind,
      how,
      index: Math.floor(random.between(0, casts[kind])),
      lastsMs: random.between(100, how === "freeze" ? frozenMsMax[kind] : awayMsMax),
    }
  })
}
