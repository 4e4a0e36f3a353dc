import { afterAll, beforeAll, expect, test } from "vitest"
import { createSimulatorClient, type SimulatorClient } from "../client/index.ts"
import { type Simulator, startSimulator } from "../simulator.ts"
import { BaileysClient } from "./baileys-client.ts"
import { linkAccount } from "./link.ts"

let simulator: Simulator
let control: SimulatorClient

beforeAll(async () => {
  simulator = await startSimulator({ ackDelayMs: 0 })
  control = createSimulatorClient({ url: simulator.controlUrl })
})

afterAll(async () => {
  await simulator.stop()
})

const closings = [
  { how: "drop", code: 428 },
  { how: "close", code: 428 },
  { how: "replaced", code: 440 },
  { how: "503", code: 503 },
  { how: "515", code: 515 },
  { how: "500", code: 500 },
] as const

for (const { how, code } of closings) {
  test(`a connection ended by ${how} is seen as ${code}, and the client can come back`, async () => {
    const { client, phone } = await linkAccount(simulator)
    expect(await control.disconnect({ phoneId: phone.id, how })).toEqual({ connections: 1 })
    expect(await client.closeCode()).toBe(code)
    client.forgetEvents()
    client.connect()
    await client.waitFor("connection.update", ({ connection }) => connection === "open")
    await client.stop()
  })
}

for (const reason of [401, 403, 405, 503]) {
  test(`a login refused with ${reason} is seen as ${reason}, the next one succeeds`, async () => {
    const { client, phone } = await linkAccount(simulator)
    await client.stop()
    client.forgetEvents()
    await control.setFault({ kind: "login-failure", reason, phoneId: phone.id, count: 1 })
    client.connect()
    expect(await client.closeCode()).toBe(reason)
    client.forgetEvents()
    client.connect()
    await client.waitFor("connection.update", ({ connection }) => connection === "open")
    await client.stop()
  })
}

test("a frozen connection is given up by the client", async () => {
  const { client, phone } = await linkAccount(simulator, { keepAliveIntervalMs: 500 })
  await control.disconnect({ phoneId: phone.id, how: "freeze" })
  expect(await client.closeCode()).toBe(408)
}, 20_000)

test("the phone logs the client out, and it stays out", async () => {
  const { client, phone } = await linkAccount(simulator)
  await control.logoutFromPhone({ phoneId: phone.id })
  expect(await client.closeCode()).toBe(401)
  client.forgetEvents()
  client.connect()
  expect(await client.closeCode()).toBe(401)
})

test("the client logs itself out, and the phone's list is empty", async () => {
  const { client, phone } = await linkAccount(simulator)
  await client.socket.logout()
  const relogin = client.closeCode().then(async () => {
    client.forgetEvents()
    client.connect()
    return await client.closeCode()
  })
  expect(await relogin).toBe(401)
  expect((await control.phones()).find(({ id }) => id === phone.id)?.devices).toEqual([])
})

test("credentials with another Noise key are refused", async () => {
  const { client } = await linkAccount(simulator)
  await client.stop()
  const thief = new BaileysClient(simulator)
  thief.auth.creds.me = { ...client.auth.creds.me, id: client.auth.creds.me?.id ?? "" }
  thief.connect()
  expect(await thief.closeCode()).toBe(401)
})

test("a second login with the same credentials replaces the first", async () => {
  const { client } = await linkAccount(simulator)
  const second = new BaileysClient(simulator)
  Object.assign(second.auth, client.auth)
  second.connect()
  expect(await client.closeCode()).toBe(440)
  await second.waitFor("connection.update", ({ connection }) => connection === "open")
  await second.stop()
})
