import { normalizeMessageContent } from "@whiskeysockets/baileys"
import type { proto } from "@whiskeysockets/baileys"
import type { ActionContent } from "@wildcat/shared/contracts"
import { removal } from "./delete.ts"
import { edit } from "./edit.ts"
import type { ActionKind, ReadAction, ReadingAction } from "./kind.ts"
import { pin, unpin } from "./pin.ts"
import { reaction } from "./reaction.ts"
import { vote } from "./vote.ts"

/** One entry per thing that can be done to a message: one without an entry does not compile. */
export const actionKinds = {
  reaction,
  edit,
  delete: removal,
  pin,
  unpin,
  vote,
} satisfies { [K in ActionContent["type"]]: ActionKind<K> }

/** What a decrypted message does to another one; null when it says something of its own. */
export function readAction(message: proto.IMessage, reading: ReadingAction): ReadAction | null {
  const inner = normalizeMessageContent(message) ?? message
  for (const { read } of Object.values(actionKinds)) {
    const action = read(inner, reading)
    if (action !== null) return action
  }
  return null
}
