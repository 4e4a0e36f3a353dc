import { Binary } from "mongodb"
import type { SecretBox } from "@wildcat/shared/runtime"
import type { ActionDoc, MessageDoc, Store } from "@wildcat/shared/store"
import type { Entry } from "../log/entry.ts"
import { previewOf } from "../pump/chats/fold-chats.ts"
import { foldAction } from "./fold-action.ts"
import { pickTarget } from "./pick-target.ts"
import type { StagedAction } from "./staged-action.ts"
import { candidatesMax, openMessage } from "./targets.ts"
import { opened } from "./vote.ts"

/** Carries the actions of a session's entries out on the stored messages. */
export interface Actions {
  /**
   * After the entries' messages are stored. An action whose message is not there waits, and is carried out when it comes. A
   * second time changes nothing.
   */
  carryOut(entries: readonly Entry[]): Promise<void>
}

/** Actions that wait for their message; older ones are only kept. */
const waitingMax = 10_000
const triesMax = 10

export function createActions({
  store,
  account,
  box,
  chatsChanged,
}: {
  store: Store
  account: string
  box: SecretBox
  /** A chat shows its last message differently now. */
  chatsChanged(): void
}): Actions {
  const { messages, messageActions, chats } = store.collections
  let waiting: Promise<Set<string>> | null = null
  /** WhatsApp ids of messages that actions wait for. */
  const awaited = () => (waiting ??= loadAwaited(store, account).catch(forget))
  const forget = (error: unknown): never => {
    waiting = null
    throw error
  }

  const targetOf = async (action: ActionDoc): Promise<MessageDoc | null> => {
    const { id, waId } = action.target
    const named = id === null ? null : await messages.findOne({ _id: id, account })
    return named ?? pickTarget(await messages.find({ account, waId }).limit(candidatesMax).toArray(), action)
  }
  /** False when its message is not there. */
  const carryOutOne = async (doc: ActionDoc): Promise<boolean> => {
    for (let tries = 0; tries < triesMax; tries += 1) {
      const message = await targetOf(doc)
      if (message === null) return false
      const action = opened(doc.action, doc.by, message, { open: (each) => openMessage(each, box) })
      const change = foldAction(message, { ...doc, action })
      if (change === null || (await write(message, change))) {
        if (action.type === "edit" || action.type === "revoke") await showInChat({ ...message, ...change })
        await messageActions.updateOne({ _id: doc._id }, { $set: { applied: true, action } })
        return true
      }
    }
    throw new Error("a message changes faster than an action can be carried out on it")
  }
  const write = async ({ _id, actionsRevision }: MessageDoc, change: Partial<MessageDoc>): Promise<boolean> => {
    const filter = actionsRevision === undefined ? { $exists: false } : actionsRevision
    const set = { ...change, actionsRevision: (actionsRevision ?? 0) + 1 }
    return (await messages.updateOne({ _id, actionsRevision: filter }, { $set: set })).modifiedCount === 1
  }
  /** A list of chats shows what the last message says. */
  const showInChat = async (message: MessageDoc) => {
    const { jid, pn, lid } = message.chat
    const names = [{ jid }, ...(pn === null ? [] : [{ pn }]), ...(lid === null ? [] : [{ lid }])]
    const set = { "last.content": previewOf(message).content }
    await chats.updateMany({ account, $or: names, "last.id": message._id }, { $set: set })
    chatsChanged()
  }
  const take = async (staged: StagedAction) => {
    const doc = await keep(store, staged)
    if (doc.applied || (await carryOutOne(doc))) return
    const set = await awaited()
    if (set.size < waitingMax) set.add(doc.target.waId)
  }
  const comeTrue = async (waId: string) => {
    const docs = messageActions.find({ account, applied: false, "target.waId": waId }).sort({ at: 1, createdAt: 1 })
    const outcomes: boolean[] = []
    for await (const doc of docs) outcomes.push(await carryOutOne(doc))
    if (outcomes.every(Boolean)) (await awaited()).delete(waId)
  }

  return {
    async carryOut(entries) {
      const awaitedIds = await awaited()
      for (const entry of entries) {
        for (const { waId } of [...entry.messages, ...entry.past]) if (awaitedIds.has(waId)) await comeTrue(waId)
        for (const action of entry.actions) await take(action)
      }
    },
  }
}

async function loadAwaited(store: Store, account: string): Promise<Set<string>> {
  const docs = store.collections.messageActions
    .find({ account, applied: false }, { projection: { "target.waId": 1 } })
    .limit(waitingMax)
  return new Set(await docs.map((doc) => doc.target.waId).toArray())
}

/** The stored action: this one, or what an earlier time has made of it. */
async function keep({ collections }: Store, { raw, _id, ...fields }: StagedAction): Promise<ActionDoc> {
  const doc = { ...fields, raw: raw && new Binary(raw), applied: false, createdAt: new Date() }
  const kept = await collections.messageActions.findOneAndUpdate(
    { _id },
    { $setOnInsert: doc },
    { upsert: true, returnDocument: "after" },
  )
  return kept ?? { _id, ...doc }
}
