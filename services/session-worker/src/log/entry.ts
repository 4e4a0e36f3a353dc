import { deserialize, serialize } from "node:v8"
import { Binary } from "mongodb"
import type {
  EventData,
  EventType,
  MessageStatus,
  Restriction,
  StatusStep,
  TaskPayload,
} from "@wildcat/shared/contracts"
import type { SecretBox } from "@wildcat/shared/runtime"
import type { AccountDoc, MessageDoc } from "@wildcat/shared/store"
import type { ContactMark, GroupMark } from "./people-marks.ts"
import type { ChatChange, MessageFlag } from "./chat-change.ts"
import type { StagedAction } from "../actions/staged-action.ts"
import type { StateChanges } from "./state.ts"

/** An event of the session as it will be published: nothing of it changes after its commit. */
export type SessionEvent = {
  [T in EventType]: {
    specversion: "1.0"
    id: string
    source: string
    type: T
    time: string
    datacontenttype: "application/json"
    tenant: string
    account: string
    sequence: number
    data: EventData<T>
  }
}[EventType]

/** An event before it has its place in the sequence. */
export type EventDraft = { [T in EventType]: { id: string; type: T; time: string; data: EventData<T> } }[EventType]

/** A new state of an own message. */
export interface Mark {
  id: string
  step: StatusStep
  error: { code: string; text: string } | null
}

/** A new state of an outbox row. */
export interface OutboxMark {
  id: string
  status: MessageStatus
  error: { code: string; text: string } | null
}

export type AccountStanding = Pick<AccountDoc, "status" | "reason" | "me" | "statusAt">

/** What is staged in one step and becomes true together. */
export interface Change {
  state?: StateChanges
  messages?: MessageDoc[]
  /** Messages that had been given up as undecryptable and have come after all. */
  recovered?: MessageDoc[]
  /** Messages from before the link: stored, neither told nor counted as unread. */
  past?: MessageDoc[]
  chats?: ChatChange[]
  flags?: MessageFlag[]
  actions?: StagedAction[]
  marks?: Mark[]
  outbox?: OutboxMark[]
  events?: EventDraft[]
  tasks?: TaskPayload<"media.fetch">[]
  account?: AccountStanding
  /** What WhatsApp does not let the account do from now on; null: nothing is left of it. */
  restriction?: Required<Restriction> | null
  groups?: GroupMark[]
  contacts?: ContactMark[]
}

/** What one commit holds: the changes of many steps, merged in order. */
export interface Entry {
  state: StateChanges
  messages: MessageDoc[]
  recovered: MessageDoc[]
  past: MessageDoc[]
  chats: ChatChange[]
  flags: MessageFlag[]
  actions: StagedAction[]
  marks: Mark[]
  outbox: OutboxMark[]
  events: SessionEvent[]
  tasks: TaskPayload<"media.fetch">[]
  account: AccountStanding | null
  restriction: { at: Date; now: Required<Restriction> | null } | null
  groups: GroupMark[]
  contacts: ContactMark[]
}

export function emptyEntry(): Entry {
  return {
    state: {},
    messages: [],
    recovered: [],
    past: [],
    chats: [],
    flags: [],
    actions: [],
    marks: [],
    outbox: [],
    events: [],
    tasks: [],
    account: null,
    restriction: null,
    groups: [],
    contacts: [],
  }
}

/** Serialised with V8's structured clone, which keeps Buffers, dates and numbers, and sealed under the row's id. */
export function sealEntry(entry: Entry, id: string, box: SecretBox): Buffer {
  return box.seal(serialize(entry), id)
}

/** Throws when the body was not sealed by us under this id. */
export function openEntry(body: Uint8Array, id: string, box: SecretBox): Entry {
  // The seal proves that we wrote it; older releases may have written fewer fields.
  const stored = deserialize(box.open(body, id)) as Partial<Entry>
  return {
    ...emptyEntry(),
    ...stored,
    messages: (stored.messages ?? []).map(withBinary),
    recovered: (stored.recovered ?? []).map(withBinary),
    past: (stored.past ?? []).map(withBinary),
  }
}

/** Structured clone keeps Buffers but no classes: a BSON Binary comes back as a plain object with its fields. */
function withBinary(message: MessageDoc): MessageDoc {
  return { ...message, raw: message.raw && new Binary(message.raw.buffer.subarray(0, message.raw.position)) }
}

/** `<account>:<n>`, padded so that rows sort by number. */
export function rowId(account: string, n: number): string {
  return `${account}:${n.toString().padStart(12, "0")}`
}
