import type { Person } from "@wildcat/shared/contracts"
import type { MessageAction, MessageDoc } from "@wildcat/shared/store"
import { NotSendable } from "../outbound/content.ts"
import { addressingOf, doneTo, keyOf, nameOf, targetOf } from "./address-target.ts"
import type { ActionKind } from "./kind.ts"
import { openVote, sealVote } from "./poll-votes.ts"
import type { Poll } from "./poll-votes.ts"
import type { Targets } from "./targets.ts"

export const vote: ActionKind<"vote"> = {
  async send(content, parts) {
    const message = await targetOf(content.message, parts)
    const poll = pollOf(message, parts.targets)
    if (poll === null) throw new NotSendable("not_a_poll", "the message is no poll that can be voted in")
    const { options } = content
    const addressing = await addressingOf(parts)
    const names = { creator: nameOf(poll.creator, addressing), voter: nameOf(parts.me, addressing) }
    const { payload, iv } = sealVote(poll, names, options)
    const pollCreationMessageKey = await keyOf(message, parts)
    return {
      message: {
        pollUpdateMessage: {
          pollCreationMessageKey,
          vote: { encPayload: payload, encIv: iv },
          senderTimestampMs: Date.now(),
        },
      },
      content,
      media: null,
      done: doneTo(message, { type: "vote", options, sealed: null }),
    }
  },
  read({ pollUpdateMessage }) {
    const { encPayload: payload, encIv: iv } = pollUpdateMessage?.vote ?? {}
    if (!pollUpdateMessage?.pollCreationMessageKey || !payload || !iv) return null
    return {
      key: pollUpdateMessage.pollCreationMessageKey,
      action: { type: "vote", options: null, sealed: { payload: base64(payload), iv: base64(iv) } },
    }
  },
}

/** The same action, legible if it is a vote in this poll. */
export function opened(
  action: MessageAction,
  by: Person,
  message: MessageDoc,
  targets: Pick<Targets, "open">,
): MessageAction {
  if (action.type !== "vote" || action.sealed === null) return action
  const poll = pollOf(message, targets)
  const options = poll && openVote(poll, by, { payload: bytes(action.sealed.payload), iv: bytes(action.sealed.iv) })
  return options === null ? action : { type: "vote", options, sealed: null }
}

/** Null when the message is no poll, or one whose secret this device was not told. */
function pollOf(message: MessageDoc, targets: Pick<Targets, "open">): Poll | null {
  const secret = targets.open(message)?.messageContextInfo?.messageSecret
  if (message.content.type !== "poll" || !secret?.length) return null
  return { waId: message.waId, creator: message.author, secret, options: message.content.options }
}

function base64(value: Uint8Array): string {
  return Buffer.from(value).toString("base64")
}

function bytes(text: string): Buffer {
  return Buffer.from(text, "base64")
}
