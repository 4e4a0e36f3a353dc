import type { BinaryNode, proto } from "@whiskeysockets/baileys"
import type { Person } from "@wildcat/shared/contracts"
import type { MessageDoc } from "@wildcat/shared/store"
import { readAction } from "../actions/index.ts"
import type { StagedAction } from "../actions/staged-action.ts"
import { actionChange } from "../actions/staged-action.ts"
import type { Targets } from "../actions/targets.ts"
import { opened } from "../actions/vote.ts"
import type { Change } from "../log/entry.ts"
import { adminRemoval } from "../outbound/stanza-extras.ts"
import type { Envelope, Viewpoint } from "./envelope.ts"
import { innerOf } from "./message.ts"
import type { MessageContext } from "./message.ts"
import { resolvePerson } from "./people.ts"

/** What a decrypted message does to another one; null when it says something of its own. */
export function readStagedAction(
  { envelope, stanza }: { envelope: Envelope; stanza: BinaryNode },
  received: proto.IMessage,
  context: MessageContext,
): StagedAction | null {
  const { id: _id, waId, chat, author: by, fromMe, source, timestamp: at } = envelope
  const asAdmin = stanza.attrs["edit"] === adminRemoval
  const read = readAction(innerOf(received), { names: context.names, at, asAdmin })
  if (!read?.key.id) return null
  const target = { id: null, waId: read.key.id, author: authorOf(read.key, envelope, context) }
  const { tenant, account } = context
  return { _id, tenant, account, waId, chat, by, fromMe, source, at, target, action: read.action, raw: null }
}

/** Everything that it makes true, with the message that it is about if that is known. */
export function receivedActionChange(staged: StagedAction, target: MessageDoc | null, targets: Targets): Change {
  if (target === null) return actionChange(staged)
  const action = opened(staged.action, staged.by, target, targets)
  return actionChange({ ...staged, action, target: { ...staged.target, id: target._id } })
}

/** Whose message the key names, told from the side of the one who acts. */
function authorOf(key: proto.IMessageKey, { chat, author, fromMe }: Envelope, { names, me }: Viewpoint): Person | null {
  if (key.fromMe) return author
  if (key.participant) return resolvePerson(names, key.participant)
  if (chat.kind !== "direct") return null
  return fromMe ? { pn: chat.pn, lid: chat.lid } : me
}
