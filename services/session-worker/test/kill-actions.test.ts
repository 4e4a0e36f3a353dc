import { afterEach, beforeEach, expect, test } from "vitest"
import type { OutboundContent } from "@wildcat/shared/contracts"
import { waitUntil } from "@wildcat/testkit"
import { createConversations, text } from "./conversations.ts"
import type { Chat, Conversations } from "./conversations.ts"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account
let talk: Conversations
let chat: Chat
let ours = ""

beforeEach(async () => {
  const linked = await createLinkedWorld()
  ;({ world, account } = linked)
  talk = await createConversations(world, account)
  chat = await talk.openChat("lid")
  const { messageId } = await world.whatsapp.sendText({ from: chat.contact.id, ...chat.dest, text: "hello" })
  await talk.heard(messageId)
  ours = (await talk.say(chat, text("helo"))).id
  await linked.worker.stop()
})

afterEach(() => world.stop())

const cases: [kind: string, content: (message: string) => OutboundContent, point: string][] = [
  "outbound.after-commit-before-frame",
  "outbound.after-frame-before-ack",
].flatMap((point) => [
  ["reaction", (message) => ({ type: "reaction", message, emoji: "👍" }), point],
  ["edit", (message) => ({ type: "edit", message, text: "hello" }), point],
])

test.each(cases)(
  "of a worker killed at its send, the %s reaches the contact once, under one id, and is told once",
  async (_kind, content, point) => {
    const doomed = await world.startWorker({ WILDCAT_FAULT_POINT: point })
    await world.waitForStatus(account.id, "connected")
    const { id, waId } = await world.queue(account.id, chat.to, content(ours))
    world.send(account.id, id, false).catch(() => undefined)
    expect(await doomed.exited).toMatchObject({ signal: "SIGKILL" })
    await world.startWorker()
    await world.received(chat.contact.id, waId)
    await waitUntil("it is done", async () => {
      const { reactions, editedAt } = await talk.stored(ours)
      return editedAt !== undefined || reactions?.length === 1
    })
    await waitUntil("it is told", async () =>
      (await world.events()).some(({ data }) => "action" in data && data.action === id),
    )
    const got = await world.whatsapp.receivedMessages({ contactId: chat.contact.id })
    expect(got.filter(({ kind }) => kind !== "text").map(({ messageId }) => messageId)).toEqual([waId])
    expect((await world.events()).filter(({ data }) => "action" in data && data.action === id)).toHaveLength(1)
    expect((await world.store.collections.outbox.findOne({ _id: id }))?.status).toBe("server_ack")
  },
)
