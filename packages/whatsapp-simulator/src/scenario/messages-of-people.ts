import type { proto } from "@whiskeysockets/baileys"
import { type MediaKind, mediaKinds } from "../media/media-kinds.ts"
import type { MediaStore } from "../media/media-store.ts"
import { nowSeconds } from "../stanza/ids.ts"
import { destinationOf, personOf } from "./lookup.ts"
import type { DestinationFields } from "./operations/shapes.ts"
import { notFound } from "./problem.ts"
import type { ScenarioParts } from "./scenario.ts"

type FileToSend = {
  kind: MediaKind
  bytes: Buffer
  mimetype?: string | undefined
  caption?: string | undefined
  fileName?: string | undefined
  seconds?: number | undefined
  viewOnce?: boolean | undefined
}

/** A message with a file, encrypted and uploaded as its sender does. */
export function fileMessage(media: MediaStore, fields: FileToSend): proto.IMessage {
  const { kind, bytes, viewOnce } = fields
  const { field, mimetype } = mediaKinds[kind]
  const { caption, fileName, seconds } = fields
  const described = {
    ...media.seal(bytes, kind),
    mimetype: fields.mimetype ?? mimetype,
    mediaKeyTimestamp: nowSeconds(),
    ...(caption === undefined ? {} : { caption }),
    ...(fileName === undefined ? {} : { fileName }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(kind === "gif" ? { gifPlayback: true } : {}),
    ...(field === "audioMessage" ? { ptt: kind === "voice" } : {}),
    ...(viewOnce ? { viewOnce } : {}),
  }
  const message = { [field]: described }
  return viewOnce ? { viewOnceMessageV2: { message } } : message
}

/** A vote, encrypted under the secret of a poll that is known. @throws Problem when it, or an option, is not. */
export function voteMessage(
  parts: ScenarioParts,
  vote: { from: string; to: DestinationFields; pollId: string; options: string[] },
): proto.IMessage {
  const { pollId } = vote
  const voter = personOf(parts, vote.from, "from").user
  const destination = destinationOf(parts, vote.to)
  const addressing = destination.kind === "group" ? destination.group.addressing : voter.addressing
  const creator = parts.polls.creatorOf(pollId)
  if (!creator) throw notFound("pollId", "poll")
  const addresses = { creator: creator.address(addressing), voter: voter.address(addressing) }
  const sealed = parts.polls.seal(pollId, addresses, vote.options)
  if (!sealed) throw notFound("options", "option")
  const remoteJid =
    destination.kind === "group" ? destination.group.jid : destination.kind === "user" ? destination.user.lid : ""
  const participant = destination.kind === "group" ? { participant: addresses.creator } : {}
  return {
    pollUpdateMessage: {
      pollCreationMessageKey: { remoteJid, id: pollId, fromMe: creator === voter, ...participant },
      vote: sealed,
      senderTimestampMs: Date.now(),
    },
  }
}
