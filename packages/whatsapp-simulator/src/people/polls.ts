import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from "node:crypto"
import { normalizeMessageContent, proto } from "@whiskeysockets/baileys"
import type { User } from "../directory/user.ts"

/** So many polls are remembered. */
const pollsMax = 1000
const ivBytes = 12
const tagBytes = 16

type Poll = { creator: User; secret: Uint8Array; options: string[] }
export type Vote = { encPayload: Uint8Array; encIv: Uint8Array }

/** The polls simulated devices have seen: votes on them are encrypted under the poll's secret. */
export class Polls {
  private readonly polls = new Map<string, Poll>()

  /** Notes a message that creates a poll; any other is ignored. */
  notice(id: string, creator: User, message: proto.IMessage): void {
    const content = normalizeMessageContent(message)
    const poll = content?.pollCreationMessage ?? content?.pollCreationMessageV2 ?? content?.pollCreationMessageV3
    const secret = message.messageContextInfo?.messageSecret ?? content?.messageContextInfo?.messageSecret
    if (!poll || !secret) return
    const options = (poll.options ?? []).flatMap(({ optionName }) => optionName ?? [])
    this.polls.set(id, { creator, secret, options })
    const [oldest] = this.polls.keys()
    if (this.polls.size > pollsMax && oldest !== undefined) this.polls.delete(oldest)
  }

  creatorOf(id: string): User | undefined {
    return this.polls.get(id)?.creator
  }

  /** A vote as it travels. Undefined when the poll, or an option, is unknown. */
  seal(id: string, addresses: { creator: string; voter: string }, options: string[]): Vote | undefined {
    const poll = this.polls.get(id)
    if (!poll || options.some((option) => !poll.options.includes(option))) return undefined
    const plaintext = proto.Message.PollVoteMessage.encode({ selectedOptions: options.map(hashOf) }).finish()
    const encIv = randomBytes(ivBytes)
    const cipher = createCipheriv("aes-256-gcm", voteKey(id, addresses, poll.secret), encIv)
    cipher.setAAD(additionalData(id, addresses.voter))
    return { encPayload: Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]), encIv }
  }

  /** The options a vote names. Both sides may be addressed by number or LID. @throws Error when nothing fits. */
  open(id: string, voter: User, vote: Vote): string[] {
    const poll = this.polls.get(id)
    if (!poll) throw new Error("the poll is not known")
    for (const creator of [poll.creator.lid, poll.creator.pn]) {
      for (const address of [voter.lid, voter.pn]) {
        const plaintext = tryOpen(id, { creator, voter: address }, poll.secret, vote)
        if (plaintext) return chosen(poll.options, plaintext)
      }
    }
    throw new Error("the vote does not authenticate")
  }
}

function chosen(options: string[], plaintext: Uint8Array): string[] {
  const { selectedOptions } = proto.Message.PollVoteMessage.decode(plaintext)
  return options.filter((option) => selectedOptions.some((hash) => hashOf(option).equals(hash)))
}

function tryOpen(
  id: string,
  addresses: { creator: string; voter: string },
  secret: Uint8Array,
  { encPayload, encIv }: Vote,
): Buffer | undefined {
  const decipher = createDecipheriv("aes-256-gcm", voteKey(id, addresses, secret), encIv)
  decipher.setAAD(additionalData(id, addresses.voter))
  const sealed = Buffer.from(encPayload)
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()])
  } catch {
    return undefined // other addresses were meant
  }
}

function voteKey(id: string, { creator, voter }: { creator: string; voter: string }, secret: Uint8Array): Buffer {
  const extracted = createHmac("sha256", Buffer.alloc(32)).update(secret).digest()
  return createHmac("sha256", extracted).update(`${id}${creator}${voter}Poll Vote\u0001`).digest()
}

function additionalData(id: string, voter: string): Buffer {
  return Buffer.from(`${id}\0${voter}`)
}

function hashOf(option: string): Buffer {
  return createHash("sha256").update(option).digest()
}
