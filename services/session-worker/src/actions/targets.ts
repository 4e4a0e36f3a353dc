import { proto } from "@whiskeysockets/baileys"
import { remember } from "@wildcat/shared/runtime"
import type { SecretBox } from "@wildcat/shared/runtime"
import type { MessageDoc, Store } from "@wildcat/shared/store"
import { pickTarget } from "./pick-target.ts"
import type { StagedAction } from "./staged-action.ts"

/** The messages that actions are about: the latest in memory, since the pump may not have written them yet. */
export interface Targets {
  /** A message was staged. */
  put(message: MessageDoc): void
  byId(id: string): Promise<MessageDoc | null>
  /** The message of a received action; null when there is none (yet). */
  find(about: Pick<StagedAction, "chat" | "by" | "action" | "target">): Promise<MessageDoc | null>
  /** The message as it was sent; null when it is not kept. */
  open(message: MessageDoc): proto.IMessage | null
}

const recentMax = 100

export function createTargets({ store, account, box }: { store: Store; account: string; box: SecretBox }): Targets {
  const recent = new Map<string, MessageDoc>()
  const { messages } = store.collections
  return {
    put: (message) => remember(recent, message._id, message, recentMax),
    // MongoDB first: what is in memory is as it was staged, without what was done to it since.
    byId: async (id) => (await messages.findOne({ _id: id, account })) ?? recent.get(id) ?? null,
    async find(about) {
      const { waId } = about.target
      const stored = pickTarget(await messages.find({ account, waId }).limit(candidatesMax).toArray(), about)
      return (
        stored ??
        pickTarget(
          [...recent.values()].filter((message) => message.waId === waId),
          about,
        )
      )
    },
    open: (message) => openMessage(message, box),
  }
}

/** Messages under one WhatsApp id that are looked at: an honest client gives no id twice. */
export const candidatesMax = 20

export function openMessage({ _id, raw }: MessageDoc, box: SecretBox): proto.IMessage | null {
  return raw && proto.Message.decode(box.open(raw.buffer, `message:${_id}`))
}
