import type { OutboundContent, OutboundKind } from "@wildcat/shared/contracts"
import { actionKinds } from "../actions/index.ts"
import { kinds } from "../kinds/index.ts"
import type { OutboundSender, Prepared, SendParts } from "./content.ts"
import { sendForward } from "./forward.ts"
import { sendMedia } from "./media.ts"
import { sendText } from "./text.ts"

/** One sender per kind of content: a kind without one does not compile. */
const senders: { [K in OutboundKind]: { send: OutboundSender<K> } } = {
  text: { send: sendText },
  image: { send: sendMedia },
  video: { send: sendMedia },
  audio: { send: sendMedia },
  document: { send: sendMedia },
  sticker: { send: sendMedia },
  ...kinds,
  forward: { send: sendForward },
  ...actionKinds,
}

export function prepare<K extends OutboundKind>(
  content: Extract<OutboundContent, { type: K }>,
  parts: SendParts,
): Promise<Prepared> {
  const sender: { send: OutboundSender<K> } = senders[content.type]
  return sender.send(content, parts)
}
