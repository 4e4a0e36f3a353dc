import type { proto, WAMediaUploadFunction, SocketConfig, WASocket } from "@whiskeysockets/baileys"
import type { MediaRef, MessageContent, OutboundContent, OutboundKind, Person } from "@wildcat/shared/contracts"
import type { SecretBox } from "@wildcat/shared/runtime"
import type { Store } from "@wildcat/shared/store"
import type { StagedAction } from "../actions/staged-action.ts"
import type { Targets } from "../actions/targets.ts"
import type { Names } from "../inbound/people.ts"

export interface SendParts {
  store: Store
  box: SecretBox
  publicUrl: string
  mediaLinkDays: number
  upload: WAMediaUploadFunction
  uploadTimeoutMs: number
  logger: SocketConfig["logger"]
  account: string
  /** Canonical JID of the chat. */
  to: string
  socket: WASocket
  targets: Targets
  names: Names
  me: Person
  /** The quote that belongs into the message. */
  context: proto.IContextInfo | null
}

export interface Prepared {
  message: proto.IMessage
  content: MessageContent
  media: MediaRef | null
  /** Set: it says nothing of its own, but does this to another message. */
  done?: Pick<StagedAction, "target" | "action">
}

/** Makes the protobuf of one kind of content; nothing has been sent when it throws. */
export type OutboundSender<K extends OutboundKind> = (
  content: Extract<OutboundContent, { type: K }>,
  parts: SendParts,
) => Promise<Prepared>

/** The quote as a field of a message, or nothing. */
export function withContext(context: proto.IContextInfo | null): { contextInfo?: proto.IContextInfo } {
  return context === null ? {} : { contextInfo: context }
}

/** It can never be sent; trying again changes nothing. */
export class NotSendable extends Error {
  readonly code: string

  constructor(code: string, text: string) {
    super(text)
    this.name = "NotSendable"
    this.code = code
  }
}
