import type { KeyBundle } from "../signal/key-bundle.ts"
import type { Stanza } from "../stanza/codec.ts"
import type { User } from "./user.ts"

/**
 * One device of a user: a client that connects (a linked device), or one the simulator plays itself.
 * Both look the same to everyone else, so accounts can also write to each other.
 */
export type Device = {
  readonly user: User
  /** 0 is the phone. */
  readonly id: number
  /** From the ADV identity; 0 for the phone. Clients ignore companions without it. */
  readonly keyIndex: number
  /** The signed device identity others receive with a companion's bundle. */
  readonly deviceIdentity: Buffer | undefined
  /** A bundle with one of the device's one-time pre-keys, handed out once. Undefined before any key was published. */
  takeBundle: () => KeyBundle | undefined
  /** Hands a stanza to the device, now or when it next connects. */
  deliver: (stanza: Stanza) => void
}
