import type { Bus } from "@wildcat/shared/bus"
import type { PacingDefault } from "@wildcat/shared/contracts"
import type { AddressPolicy, Logger, SecretBox } from "@wildcat/shared/runtime"
import type { Store } from "@wildcat/shared/store"
import type { EventHub } from "../events/event-hub.ts"
import type { EventLog } from "../events/event-log.ts"
import type { EventStreams } from "../events/event-streams.ts"
import type { KeyHasher } from "../keys/api-key.ts"
import type { Authenticator } from "../keys/authenticator.ts"
import type { SeededSecrets } from "../keys/seeded-secrets.ts"
import type { KeyLimit } from "../rate-limit/key-limit.ts"
import type { KnownAccounts } from "./known-accounts.ts"
import type { OwnerTickets } from "./owner-tickets.ts"

export interface Limits {
  accountsMax: number
  webhooksMax: number
  apiKeysMax: number
  mediaBytesMax: number
  jsonBytesMax: number
  mediaFetchMs: number
  mediaLinkDays: number
  /** The program that converts sound. */
  ffmpegPath: string
  /** Whether accounts that say nothing else are paced. */
  pacingDefault: PacingDefault
  allowHttpWebhooks: boolean
  publicUrl: string
  mediaInternalUrl: string
}

/** What the things of a tenant are made of. */
export interface Parts {
  store: Store
  bus: Bus
  box: SecretBox
  secrets: SeededSecrets
  hasher: KeyHasher
  authenticator: Authenticator
  hub: EventHub
  eventLog: EventLog
  streams: EventStreams
  /** What each API key may do in a minute. */
  limiter: { requests: KeyLimit; sends: KeyLimit }
  known: KnownAccounts
  tickets: OwnerTickets
  addresses: AddressPolicy
  limits: Limits
  log: Logger
}
