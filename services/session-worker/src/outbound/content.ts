import type { proto, WAMediaUploadFunction, SocketConfig } from "@whiskeysockets/baileys"
import type { MediaRef, MessageContent, OutboundContent, OutboundKind } from "@wildcat/shared/contracts"
import type { SecretBox } from "@wildcat/shared/runtime"
import type { Store } from "@wildcat/shared/store"

export interface SendParts {
  store: Store
  box: SecretBox
  publicUrl: string
  mediaLinkDays: number
  upload: WAMediaUploadFunction
  uploadTimeoutMs: number
  logger: SocketConfig["logger"]
  /** The quote that belongs into the message. */
  context: proto.IContextInfo | null
}

export interface Prepared {
  message: proto.IMessage
  content: MessageContent
  media: MediaRef | null
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
