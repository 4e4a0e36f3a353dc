import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from "node:crypto"
import { proto } from "@whiskeysockets/baileys"
import type { Person } from "@wildcat/shared/contracts"

/** A poll as votes need it. */
export interface Poll {
  waId: string
  creator: Person
  /** `messageContextInfo.messageSecret` of the message that created it. */
  secret: Uint8Array
  options: readonly string[]
}

/** As the stanza carries it. */
export interface SealedVote {
  payload: Uint8Array
  iv: Uint8Array
}

const ivBytes = 12
const tagBytes = 16

/**
 * A vote as it travels: the SHA-256 digests of the answers chosen, under AES-256-GCM with a key that is derived from the
 * poll's secret, its id, who made it and who votes (as Baileys' `decryptPollVote` opens it).
 */
export function sealVote(
  poll: Poll,
  names: { creator: string; voter: string },
  options: readonly string[],
): SealedVote {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv("aes-256-gcm", voteKey(poll, names), iv)
  cipher.setAAD(boundTo(poll, names))
  const plain = proto.Message.PollVoteMessage.encode({ selectedOptions: options.map(digestOf) }).finish()
  return { iv, payload: Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]) }
}

/** The answers chosen; null when the vote is not of this voter in this poll. Both may be meant by number or by LID. */
export function openVote(poll: Poll, voter: Person, vote: SealedVote): string[] | null {
  for (const creator of namesOf(poll.creator)) {
    for (const name of namesOf(voter)) {
      const plain = decrypt(poll, { creator, voter: name }, vote)
      if (plain !== null) return chosen(poll, plain)
    }
  }
  return null
}

function chosen({ options }: Poll, plain: Uint8Array): string[] {
  const digests = proto.Message.PollVoteMessage.decode(plain).selectedOptions.map((each) => Buffer.from(each))
  return options.filter((option) => digests.some((digest) => digest.equals(digestOf(option))))
}

function decrypt(poll: Poll, names: { creator: string; voter: string }, { payload, iv }: SealedVote): Buffer | null {
  if (payload.length < tagBytes || iv.length !== ivBytes) return null
  const decipher = createDecipheriv("aes-256-gcm", voteKey(poll, names), iv)
  decipher.setAAD(boundTo(poll, names))
  decipher.setAuthTag(payload.subarray(-tagBytes))
  try {
    return Buffer.concat([decipher.update(payload.subarray(0, -tagBytes)), decipher.final()])
  } catch {
    return null // under other names, or not of this poll
  }
}

function voteKey({ waId, secret }: Poll, { creator, voter }: { creator: string; voter: string }): Buffer {
  const extracted = createHmac("sha256", Buffer.alloc(32)).update(secret).digest()
  return createHmac("sha256", extracted).update(`${waId}${creator}${voter}Poll Vote\u0001`).digest()
}

function boundTo({ waId }: Poll, { voter }: { voter: string }): Buffer {
  return Buffer.from(`${waId}\0${voter}`)
}

function digestOf(option: string): Buffer {
  return createHash("sha256").update(option).digest()
}

function namesOf({ pn, lid }: Person): string[] {
  return [lid, pn].filter((name) => name !== null)
}
