import type { Network } from "../people/network.ts"
import type { People } from "../people/people.ts"
import type { Connections } from "./connections.ts"
import type { Pairings } from "./pairings.ts"
import type { Presences } from "./presences.ts"
import type { Refusals } from "./refusals.ts"

/** What the server's handlers work with. */
export type ServerParts = Network & {
  people: People
  pairings: Pairings
  connections: Connections
  presences: Presences
  refusals: Refusals
  /** `host:port` of the media server. */
  mediaHost: () => string
  /** How long the server takes to accept a message. */
  ackDelayMs: number
}
