import { proto } from "@whiskeysockets/baileys"
import type { User } from "../directory/user.ts"
import { nowSeconds } from "../stanza/ids.ts"

type Seen = { id: string; author: User; chat: string; message: proto.IMessage }

/** A phone shows this many of its latest messages to a companion that was not given them. */
const seenMax = 2000
const { PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE } = proto.Message.ProtocolMessage.Type
const { PLACEHOLDER_MESSAGE_RESEND } = proto.Message.PeerDataOperationRequestType

/** What a phone has received lately, for companions that ask for it ("placeholder resend"). */
export class ShownAgain {
  private readonly seen = new Map<string, { info: Uint8Array }>()

  /** `me` is the phone's own user. */
  remember({ id, author, chat, message }: Seen, me: User): void {
    const key = {
      id,
      remoteJid: chat,
      fromMe: author === me,
      ...(chat === author.pn ? {} : { participant: author.pn }),
    }
    const info = proto.WebMessageInfo.encode({ key, message, messageTimestamp: nowSeconds() }).finish()
    this.seen.set(id, { info })
    const [oldest] = this.seen.keys()
    if (this.seen.size > seenMax && oldest !== undefined) this.seen.delete(oldest)
  }

  /** The answer to a companion's request; undefined when the message is no such request. */
  answer(requestId: string, message: proto.IMessage): proto.IMessage | undefined {
    const request = message.protocolMessage?.peerDataOperationRequestMessage
    if (request?.peerDataOperationRequestType !== PLACEHOLDER_MESSAGE_RESEND) return undefined
    const asked = (request.placeholderMessageResendRequest ?? []).map(({ messageKey }) => messageKey?.id ?? "")
    const found = asked.flatMap((id) => this.seen.get(id)?.info ?? [])
    return {
      protocolMessage: {
        type: PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
        peerDataOperationRequestResponseMessage: {
          peerDataOperationRequestType: PLACEHOLDER_MESSAGE_RESEND,
          stanzaId: requestId,
          peerDataOperationResult: found.map((webMessageInfoBytes) => ({
            placeholderMessageResendResponse: { webMessageInfoBytes },
          })),
        },
      },
    }
  }
}
