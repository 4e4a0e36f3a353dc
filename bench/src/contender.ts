import type { Tally } from "./tally.ts"

/** A linked account whose speed is measured; it knows nothing of the measuring. */
export interface Contender {
  /** Phone number of the account. */
  phone: string
  /** Resolves when WhatsApp's server has acknowledged the text. */
  send(to: string, text: string): Promise<void>
  /** Ids of the messages that it has told of. */
  received: Tally
  /** How often it has stored something so far; a contender that stores nothing has none. */
  commits?(): Promise<number>
  stop(): Promise<void>
}
