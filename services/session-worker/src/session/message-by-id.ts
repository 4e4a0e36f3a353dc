import { proto } from "@whiskeysockets/baileys"
import type { SecretBox } from "@wildcat/shared/runtime"
import type { Store } from "@wildcat/shared/store"
import type { SessionState } from "../log/state.ts"

/** A message of ours, for a recipient that could not decrypt it. */
export async function messageById(
  waId: string,
  { account, store, box, state }: { account: string; store: Store; box: SecretBox; state: SessionState },
): Promise<proto.IMessage | undefined> {
  const unconfirmed = state.get("unconfirmed", waId)
  if (unconfirmed !== undefined) return proto.Message.decode(unconfirmed.message)
  const doc = await store.collections.messages.findOne({ account, waId, fromMe: true })
  const sent = doc ?? (await store.collections.messageActions.findOne({ account, waId, fromMe: true }))
  return sent?.raw ? proto.Message.decode(box.open(sent.raw.buffer, `message:${sent._id}`)) : undefined
}
