import type { Binary } from "mongodb"
import type { AccountPacing, AccountStatus, Person, Restriction, StatusReason } from "../contracts/index.ts"

/** Why an owner gave a session to another worker: an operator's or its memory's drain, another one's share, its own end. */
const handOverReasons = ["drained", "rebalanced", "shutdown"] as const

/** Why a worker became the owner: nobody was, the owner had fallen silent, it was its own and begins anew, or it was given. */
export const ownedBecause = ["claimed", "failover", "restarted", ...handOverReasons] as const
export type OwnedBecause = (typeof ownedBecause)[number]

/** An owner has given the session up for another worker. */
export interface HandOver {
  from: string
  /** The worker that is to take it; null when any may. */
  to: string | null
  why: (typeof handOverReasons)[number]
  at: Date
}

/** One change of the owner. */
export interface Move {
  worker: string
  /** The owner before; null when there was none. */
  from: string | null
  why: OwnedBecause
  at: Date
}

/** Desired and actual state of an account. `desired` is the API's, the rest is its worker's. */
export interface AccountDoc {
  _id: string
  tenant: string
  name: string
  desired: "running" | "stopped" | "deleted"
  status: AccountStatus
  reason: StatusReason | null
  /** The linked number; null until linked. */
  me: Person | null
  /** Who owns the session; null when nobody does. */
  owner: { worker: string; epoch: number; since: Date; why?: OwnedBecause } | null
  /** Set while the session is on its way from one worker to another. */
  handover?: HandOver | null
  /** The last changes of the owner, newest last; their number is bounded. */
  moves?: Move[]
  /** A new session is wanted, if the present owner is older than this. */
  restartAt?: Date | null
  /** How fast it may write; null or absent: as the installation says. */
  pacing?: AccountPacing
  /** WhatsApp lets it write to nobody new, until the end of it. */
  restriction?: Restriction | null
  /** When the restriction changed last. */
  restrictionAt?: Date | null
  statusAt: Date
  createdAt: Date
  updatedAt: Date
}

/** One commit of a session: everything that became true in it. `_id` is `<account>:<n>`, n padded to 12 digits. */
export interface SessionLogDoc {
  _id: string
  account: string
  n: number
  epoch: number
  /** Set on the first row of an owner. It is what fences the owner before, and stays when its neighbours are removed. */
  takeover?: true
  /** Nonce of the owner that wrote it: tells "my own write, whose answer was lost" from "somebody else's". */
  owner: string
  at: Date
  /** Everything of the commit, serialised and sealed under the context `<_id>`. */
  body: Binary
}

/** One value of a session's auth state, folded from the log. `_id` is `<account>:<type>:<key>`. */
export interface AuthStateDoc {
  _id: string
  account: string
  /** Number of the log entry that it was folded from. */
  n: number
  value: Binary
}
