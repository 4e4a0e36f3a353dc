import { WildcatError, editableMs, isAction } from "@wildcat/shared/contracts"
import type { ActionContent, Address, MessageContent } from "@wildcat/shared/contracts"
import type { AccountDoc, MessageDoc, OutboxDoc } from "@wildcat/shared/store"
import { invalid } from "../../http/parse-input.ts"
import { notFound } from "../../http/route.ts"
import type { LoggedMessage } from "../../tenant/messages.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import type { SendInput, SendRequest } from "./send-body.ts"

/** A send with its place, and the message of the same account that it is about, if any. */
export interface PlacedSend {
  request: SendRequest
  about: LoggedMessage | null
}

const field = "content.message"

/**
 * Finds where a send goes: what is done to a message goes where that message is. Throws `not_found` naming the field when
 * the account has no such message, `conflict` when this cannot be done to it.
 */
export async function placeSend(tenant: TenantAccess, account: AccountDoc, input: SendInput): Promise<PlacedSend> {
  const { content, to } = input
  if (!("message" in content)) return { request: { ...input, to: given(to) }, about: null }
  if (input.quoted !== undefined) throw invalid("quoted", "is for messages that say something of their own")
  const about = await tenant.messages.find(account, content.message)
  if (about === null || (about.kind === "queued" && isAction(about.doc.content))) throw notFound("message", field)
  if (!isAction(content)) {
    if (about.kind === "queued") throw unsent(about.doc)
    return { request: { ...input, to: given(to) }, about }
  }
  if (about.kind === "logged") check(content, about.doc)
  return { request: { ...input, to: placeOf(about, to) }, about }
}

function given(to: Address | undefined): Address {
  if (to === undefined) throw invalid("to", "is missing")
  return to
}

/** Why something cannot be done to a message that is not sent. */
export function unsent({ status }: OutboxDoc): WildcatError {
  const waits = status === "queued" || status === "sending"
  const detail = waits ? `${field}: the message is not sent yet` : `${field}: the message was not sent (${status})`
  return new WildcatError("conflict", { field, detail })
}

/** The chat of the message, under the name that was given. */
function placeOf(about: LoggedMessage, to: Address | undefined): Address {
  if (about.kind === "queued") return { kind: kindOf(about.doc.to), jid: about.doc.to }
  const { jid, pn, lid, kind } = about.doc.chat
  if (kind === "newsletter") throw invalid(field, "is in a channel: this release does not write to channels")
  if (to !== undefined && ![jid, pn, lid].includes(to.jid)) throw invalid("to", "is not the chat of the message")
  return to ?? { kind: kindOf(jid), jid }
}

const kinds: Partial<Record<string, Address["kind"]>> = { "g.us": "group", lid: "lid", broadcast: "status" }

function kindOf(jid: string): Address["kind"] {
  return kinds[jid.split("@")[1] ?? ""] ?? "user"
}

function check(content: ActionContent, message: MessageDoc): void {
  if (message.revoked) throw refused("the message was removed")
  if (message.status === "failed") throw refused("the message was not sent")
  if (content.type === "edit") checkEdit(content.text, message)
  if (content.type === "delete" && !message.fromMe && message.chat.kind !== "group") {
    throw refused("another's message cannot be removed for everyone")
  }
  if (content.type === "vote") checkVote(content.options, message.content)
}

function refused(why: string): WildcatError {
  return new WildcatError("conflict", { field, detail: `${field}: ${why}` })
}

function checkEdit(text: string, { fromMe, timestamp, content }: MessageDoc): void {
  if (!fromMe) throw refused("only messages of the account can be edited")
  if (Date.now() - timestamp.getTime() > editableMs) {
    throw refused("WhatsApp allows edits for 15 minutes after a message was sent")
  }
  checkWording(text, content)
}

/** Longest caption, in characters. */
const captionCharsMax = 1_024

/** Throws when a message of this content cannot be given this text. */
export function checkWording(text: string, content: MessageContent | OutboxDoc["content"]): void {
  if (content.type === "text") return
  const hasCaption = content.type === "image" || content.type === "video" || content.type === "document"
  if (!hasCaption || ("note" in content && content.note)) throw refused("only texts and captions can be edited")
  if (text.length > captionCharsMax) throw invalid("content.text", `must have at most ${captionCharsMax} characters`)
}

function checkVote(options: readonly string[], poll: MessageContent): void {
  if (poll.type !== "poll") throw refused("the message is no poll")
  const stranger = options.findIndex((option) => !poll.options.includes(option))
  if (stranger >= 0) throw invalid(`content.options.${stranger}`, "is no answer of this poll")
  if (poll.selectable > 0 && options.length > poll.selectable) {
    throw invalid("content.options", `must have at most ${poll.selectable}`)
  }
}
