import { proto } from "@whiskeysockets/baileys"
import { afterAll, beforeAll, expect, test } from "vitest"
import { waitUntil } from "@wildcat/testkit"
import type { ServiceProcess } from "@wildcat/testkit"
import { takeOver } from "../src/log/take-over.ts"
import type { SessionState } from "../src/log/state.ts"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account
let worker: ServiceProcess

beforeAll(async () => {
  ;({ world, worker, account } = await createLinkedWorld())
})

afterAll(() => world.stop())

/** Every key has at least so many; what is shorter in a session's record is none. */
const keyBytesMin = 32

test("no collection holds a key of a session or of a picture in clear: not as bytes, base64 or hex", async () => {
  const message = await sendAndReceive()
  worker.kill("SIGKILL")
  await worker.exited
  const stored = await everything()
  // What may be read is found in this way.
  expect(stored.includes("seen in clear")).toBe(true)

  const keys = [...keysOf(await stateAtRest()), ...(await mediaKeys(message))]
  for (const { name, bytes } of keys) {
    expect(bytes.length, name).toBeGreaterThanOrEqual(keyBytesMin)
    expect(
      formsOf(bytes).some((form) => stored.includes(form)),
      name,
    ).toBe(false)
  }
  const names = new Set(keys.map(({ name }) => name))
  expect(names).toEqual(new Set(["noise", "identity", "adv", "signed pre-key", "pre-key", "session", "media"]))
})

/** A session with a contact, both ways, and a picture. Returns the id of its message. */
async function sendAndReceive(): Promise<string> {
  const contact = await world.whatsapp.createContact()
  const { id } = await world.queue(account.id, contact.pn, { type: "text", text: "seen in clear" })
  expect(await world.send(account.id, id)).toBe("server_ack")
  const bytesBase64 = Buffer.alloc(2_000, 7).toString("base64")
  await world.whatsapp.sendImage({ from: contact.id, to: account.pn, bytesBase64 })
  const row = await waitUntil("the picture's row", () =>
    world.store.collections.messages.findOne({ account: account.id, fromMe: false, raw: { $ne: null } }),
  )
  return row._id
}

/** Every document of every collection, as MongoDB keeps it. */
async function everything(): Promise<Buffer> {
  const { db } = world.store
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(["accounts", "authStates", "messages", "sessionLog"]))
  const documents = await Promise.all(names.map((name) => db.collection(name).find({}, { raw: true }).toArray()))
  // With `raw` the driver gives the bytes of each document; its types do not say so.
  return Buffer.concat(documents.flat() as unknown as Buffer[])
}

/** As the next owner reads it. */
async function stateAtRest(): Promise<SessionState> {
  const { store, box } = world
  const epoch = ((await world.account(account.id)).owner?.epoch ?? 0) + 1
  return (await takeOver({ store, box, account: account.id, epoch, nonce: "test", patienceMs: 10_000 })).state
}

interface Key {
  name: string
  bytes: Uint8Array
}

function keysOf(state: SessionState): Key[] {
  const creds = state.get("creds", "creds")
  if (creds === undefined) throw new Error("the session has no credentials")
  return [
    { name: "noise", bytes: creds.noiseKey.private },
    { name: "identity", bytes: creds.signedIdentityKey.private },
    { name: "adv", bytes: Buffer.from(creds.advSecretKey, "base64") },
    { name: "signed pre-key", bytes: creds.signedPreKey.keyPair.private },
    ...state.entries("pre-key").map(([, pair]) => ({ name: "pre-key", bytes: pair.private })),
    ...state
      .entries("session")
      .flatMap(([, session]) => longValues(session).map((bytes) => ({ name: "session", bytes }))),
  ]
}

async function mediaKeys(message: string): Promise<Key[]> {
  const row = await world.store.collections.messages.findOne({ _id: message })
  if (!row?.raw) throw new Error("the picture's message is not kept")
  const bytes = proto.Message.decode(world.box.open(row.raw.buffer, `message:${message}`)).imageMessage?.mediaKey
  return bytes ? [{ name: "media", bytes }] : []
}

/** Root keys, chain keys, ratchet keys: all bytes in a session's record, or what is base64 there. */
function longValues(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return value.length < keyBytesMin ? [] : [value]
  if (typeof value === "string") return longValues(Buffer.from(value, "base64"))
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(longValues) : []
}

/** Base64 of something longer has the key at one of three offsets; the characters that depend on neighbours are cut off. */
function formsOf(key: Uint8Array): (Buffer | string)[] {
  const bytes = Buffer.from(key)
  const base64 = [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .slice(before === 0 ? 0 : before + 1, -4)
    return [text, text.replaceAll("+", "-").replaceAll("/", "_")]
  })
  return [bytes, bytes.toString("hex"), bytes.toString("hex").toUpperCase(), ...base64]
}
