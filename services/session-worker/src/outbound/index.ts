import type { OutboundContent, OutboundKind } from "@wildcat/shared/contracts"
import { actionKinds } from "../actions/index.ts"
import { sendContacts } from "./contacts.ts"
import type { OutboundSender, Prepared, SendParts } from "./content.ts"
import { sendForward } from "./forward.ts"
import { sendLocation } from "./location.ts"
import { sendMedia } from "./media.ts"
import { sendPoll } from "./poll.ts"
import { sendText } from "./text.ts"

/** One sender per kind of content: a kind without one does not compile. */
const senders: { [K in OutboundKind]: OutboundSender<K> } = {
  text: sendText,
  image: sendMedia,
  video: sendMedia,
  audio: sendMedia,
  document: sendMedia,
  sticker: sendMedia,
  location: sendLocation,
  contacts: sendContacts,
  poll: sendPoll,
  forward: sendForward,
  reaction: actionKinds.reaction.send,
  edit: actionKinds.edit.send,
  delete: actionKinds.delete.send,
  pin: actionKinds.pin.send,
  unpin: actionKinds.unpin.send,
  vote: actionKinds.vote.send,
}

export function prepare<K extends OutboundKind>(
  content: Extract<OutboundContent, { type: K }>,
  parts: SendParts,
): Promise<Prepared> {
  const sender: OutboundSender<K> = senders[content.type]
  return sender(content, parts)
}
