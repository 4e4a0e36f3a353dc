import { proto } from "@whiskeysockets/baileys"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createSimulatorClient, type SimulatorClient } from "../client/index.ts"
import { startSimulator, type Simulator } from "../simulator.ts"
import type { BaileysClient } from "./baileys-client.ts"
import { eventually } from "./eventually.ts"
import { redirectMedia } from "./redirect-media.ts"
import { trustMedia } from "./trust-media.ts"
import { linkAccount, linkPhone, type LinkedAccount } from "./link.ts"

let simulator: Simulator
let control: SimulatorClient
let account: LinkedAccount

beforeAll(async () => {
  simulator = await startSimulator({ ackDelayMs: 20 })
  trustMedia(simulator)
  control = createSimulatorClient({ url: simulator.controlUrl })
  account = await linkAccount(simulator, { options: redirectMedia(simulator) })
  // The key of the app state has come.
  await account.client.waitFor("creds.update", ({ myAppStateKeyId }) => myAppStateKeyId !== undefined)
})

afterAll(async () => {
  await account.client.stop()
  await simulator.stop()
})

async function chatOf(jid: string) {
  return (await control.chatsOfPhone({ phoneId: account.phone.id })).find((chat) => chat.jid === jid)
}

async function versionOf(client: BaileysClient) {
  const { regular_low: state } = await client.auth.keys.get("app-state-sync-version", ["regular_low"])
  return state && `${state.version} ${Buffer.from(state.hash).toString("hex")}`
}

test("what a client changes is decrypted by the phone, every MAC checked", async () => {
  const contact = await control.createContact({ name: "Ann" })
  const { socket } = account.client
  const lastMessages = [{ key: { remoteJid: contact.lid, fromMe: true, id: "A1" }, messageTimestamp: 1_700_000_000 }]
  await socket.chatModify({ archive: true, lastMessages }, contact.lid)
  await socket.chatModify({ pin: true }, contact.lid)
  await socket.chatModify({ mute: 4_102_444_800_000 }, contact.lid)
  await socket.chatModify({ markRead: false, lastMessages }, contact.lid)
  await socket.star(contact.lid, [{ id: "A1", fromMe: true }], true)
  expect(await chatOf(contact.lid)).toMatchObject({
    archived: true,
    pinned: true,
    mutedUntil: 4_102_444_800_000,
    markedRead: false,
    starred: ["A1"],
    cleared: false,
  })
  await socket.chatModify({ archive: false, lastMessages }, contact.lid)
  expect(await chatOf(contact.lid)).toMatchObject({ archived: false })
  expect((await control.counters()).appStatePatches).toBe(6)
})

test("what the phone changes reaches every client, also one that was linked later", async () => {
  const contact = await control.createContact({ name: "Ben" })
  const change = { kind: "pin", pinned: true } as const
  await control.changeChat({ phoneId: account.phone.id, chat: contact.id, change })
  await account.client.waitFor("chats.update", (chats) =>
    chats.some(({ id, pinned }) => id === contact.lid && !!pinned),
  )
  const second = await linkPhone(simulator, account.phone.id, { options: redirectMedia(simulator) })
  await second.waitFor("creds.update", ({ accountSyncCounter }) => accountSyncCounter === 1, 25_000)
  await account.client.socket.chatModify({ pin: false }, contact.lid)
  // Baileys takes a version only after it has checked the MACs up to it.
  await eventually(async () => expect(await versionOf(second)).toBe(await versionOf(account.client)))
  await second.stop()
})

test("a patch with a wrong MAC is refused and counted, and changes nothing", async () => {
  const before = await control.chatsOfPhone({ phoneId: account.phone.id })
  const patch = {
    mutations: [],
    patchMac: Buffer.alloc(32),
    snapshotMac: Buffer.alloc(32),
    keyId: { id: Buffer.alloc(6) },
  }
  const attrs = { name: "regular", version: "0", return_snapshot: "false" }
  const content = proto.SyncdPatch.encode(patch).finish()
  const collection = { tag: "collection", attrs, content: [{ tag: "patch", attrs: {}, content }] }
  const query = account.client.socket.query({
    tag: "iq",
    attrs: { to: "s.whatsapp.net", type: "set", xmlns: "w:sync:app:state" },
    content: [{ tag: "sync", attrs: {}, content: [collection] }],
  })
  await expect(query).rejects.toThrow("bad-request")
  await eventually(async () => expect((await control.counters()).forgeries).toBe(1))
  expect(await control.chatsOfPhone({ phoneId: account.phone.id })).toEqual(before)
})
