import { BufferJSON, proto } from "@whiskeysockets/baileys"
import type { AuthenticationCreds, SignalDataTypeMap } from "@whiskeysockets/baileys"
import type { Feed, MessageView, Restriction, SentLately } from "@wildcat/shared/contracts"
import type { StagedAction } from "../actions/staged-action.ts"
import type { ContactFields } from "./people-marks.ts"

/** A decrypted message, kept until WhatsApp's server has confirmed our receipt: a redelivery is answered from it. */
export interface Memo {
  /** Id of the stanza; the receipt's ack names it. */
  waId: string
  /** What the ciphertext contained, with its padding. */
  plain: Uint8Array
  at: number
}

/** A send whose frame may have left, until WhatsApp's server has answered. */
export interface Unconfirmed {
  id: string
  to: string
  /** The `Message` protobuf: a repeated send repeats exactly this. */
  message: Uint8Array
  /** What `message.sent` will say. */
  view: MessageView
  /** Of something that is done to a message: what. It comes true when the server has answered. */
  action?: StagedAction
  /** When it was staged first, in milliseconds since 1970. */
  at: number
  /** It began a chat: it is not sent a second time. */
  stranger?: true
  /** Of a status post: the JIDs it goes to. */
  audience?: string[]
}

/** A part of the history. */
export interface PendingHistory {
  /** The `HistorySyncNotification` protobuf: the part itself, or where it is. */
  notification: Uint8Array
  at: number
  /** Chats of it that are stored. */
  done: number
  /** Messages of them. */
  messages: number
  skipped: number
}

/** A message that came and could not be read so far. */
export interface Missed {
  /** Of its stanza: who, where, when. */
  attrs: Record<string, string>
  /** Its ciphertext could not be opened; or WhatsApp did not give it to this device at all. */
  reason: "undecryptable" | "unavailable"
  /** How often it was asked for. */
  asks: number
  /** When it was asked for last, in milliseconds since 1970. */
  askedAt: number
  /** It has been told as undecryptable. */
  givenUp: boolean
}

/** Every kind of value that makes up a session, by type: Baileys' Signal keys and ours. */
export interface StateValues extends SignalDataTypeMap {
  creds: AuthenticationCreds
  inbox: Memo
  unconfirmed: Unconfirmed
  /** By the id that we give the message. */
  missed: Missed
  /** `now`: what WhatsApp does not let the account do. */
  restriction: Required<Restriction>
  /** Baileys' cache of a user's devices. Without it each restart replaces the session with every contact. */
  devices: unknown
  /** User part of a number to that of its LID and back, from group lists: for us, not for Baileys' choice of sessions. */
  names: string
  /** Those whom the account has met, by `memberKey`. */
  person: ContactFields
  /** How WhatsApp addresses the chat with a person, where it is not by LID; by `keyOf` of the person. */
  address: string
  /** How long messages of a chat stay, in seconds, by each JID of the person; absent: for good. */
  ephemeral: number
  /** Parts of the history that the phone has announced and that are not stored yet, by the id of the announcement. */
  history: PendingHistory
  /** Hash of what WhatsApp said of a group last, by JID: what has not changed is not written again. */
  "group-digest": string
  /** How far a campaign is, by its id. */
  campaign: Feed
  /** `sent`: what the account has sent lately, where it is paced. */
  pacing: SentLately
  /** When notifications came that are in the log, by sender and id. */
  notice: number
  /** `sequence`: number of the last event; `people`: of the last change of groups and contacts. */
  meta: number
}

export type StateType = keyof StateValues
/** Values to set; null removes. */
export type StateChanges = { [T in StateType]?: { [id: string]: StateValues[T] | null } }

/** The present state of a session, in memory. What is staged is in here at once. */
export interface SessionState {
  get<T extends StateType>(type: T, id: string): StateValues[T] | undefined
  entries<T extends StateType>(type: T): [string, StateValues[T]][]
  apply(changes: StateChanges): void
  /**
   * A stored value that is read when it is first asked for: of hundreds of one-time keys most are asked for much later.
   * `read` is told which one, by its id and place; one function for all of them saves memory.
   */
  defer(type: StateType, id: string, place: number, read: Read): void
  clear(): void
}

type Read = (id: string, place: number) => unknown

class Deferred {
  readonly place: number
  readonly read: Read
  constructor(place: number, read: Read) {
    this.place = place
    this.read = read
  }
}

export function createSessionState(): SessionState {
  const types = new Map<string, Map<string, unknown>>()
  const of = (type: string): Map<string, unknown> => {
    const values = types.get(type) ?? new Map<string, unknown>()
    types.set(type, values)
    return values
  }
  const get = (type: string, id: string): unknown => {
    const value = of(type).get(id)
    if (!(value instanceof Deferred)) return value
    const read = normalized(type, value.read(id, value.place))
    of(type).set(id, read)
    return read
  }
  return {
    // `apply` is the only writer and its parameter ties each type to its values; `defer` reads what it had written.
    get: <T extends StateType>(type: T, id: string) => get(type, id) as StateValues[T] | undefined,
    entries: <T extends StateType>(type: T) =>
      [...of(type).keys()].map((id) => [id, get(type, id)]) as [string, StateValues[T]][],
    defer: (type, id, place, read) => void of(type).set(id, new Deferred(place, read)),
    apply(changes) {
      for (const [type, values] of Object.entries(changes)) {
        for (const [id, value] of Object.entries(values)) {
          if (value === null || value === undefined) of(type).delete(id)
          else of(type).set(id, normalized(type, value))
        }
      }
    },
    clear: () => types.clear(),
  }
}

/** Merges `more` into `changes`, which it alters, with what it holds. */
export function mergeChanges(changes: StateChanges, more: StateChanges): void {
  const target: Record<string, Record<string, unknown>> = changes
  for (const [type, values] of Object.entries(more)) Object.assign((target[type] ??= {}), values)
}

/** Repairs what Baileys writes in a form that it cannot read again. */
function normalized(type: string, value: unknown): unknown {
  if (type === "sender-key" && value instanceof Uint8Array) return readableSenderKey(value)
  // Stored objects have lost their prototype; Baileys calls protobuf methods on this one.
  if (type === "app-state-sync-key") return proto.Message.AppStateSyncKeyData.fromObject(Object(value))
  return value
}

/**
 * Baileys serialises a sender key with plain JSON but reads it with BufferJSON, which does not know Node's own form of a
 * Buffer: skipped message keys come back as objects and fail with "Expected Buffer instead of: Object".
 */
function readableSenderKey(value: Uint8Array): Buffer {
  return Buffer.from(JSON.stringify(JSON.parse(Buffer.from(value).toString()), BufferJSON.replacer))
}
