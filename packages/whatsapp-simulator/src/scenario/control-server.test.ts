import { afterAll, beforeAll, expect, test } from "vitest"
import { createSimulatorClient, type SimulatorClient } from "../client/index.ts"
import { type Simulator, startSimulator } from "../simulator.ts"

let simulator: Simulator
let control: SimulatorClient

beforeAll(async () => {
  simulator = await startSimulator({ seed: 7 })
  control = createSimulatorClient({ url: simulator.controlUrl })
})

afterAll(async () => {
  await simulator.stop()
})

async function post(path: string, body: string) {
  const headers = { "content-type": "application/json" }
  const response = await fetch(`${simulator.controlUrl}${path}`, { method: "POST", headers, body })
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    body: (await response.json()) as unknown,
  }
}

test("a bad field is answered with a problem that names it", async () => {
  const answer = await post("/createContact", JSON.stringify({ phone: "abc" }))
  expect(answer).toMatchObject({ status: 400, body: { code: "invalid", field: "phone" } })
  expect(answer.type).toContain("application/problem+json")
})

test("a body that is no JSON and an unknown operation are the caller's errors", async () => {
  expect((await post("/createContact", "{")).status).toBe(400)
  expect((await post("/makeCoffee", "{}")).status).toBe(404)
})

test("a message needs exactly one destination", async () => {
  const contact = await control.createContact({})
  await expect(control.sendText({ from: contact.id, text: "where to" })).rejects.toMatchObject({
    status: 400,
    field: "to",
  })
})

test("an unknown person, a taken number and a time that runs out are told apart", async () => {
  const contact = await control.createContact({})
  await expect(control.queue({ phoneId: "phone-99" })).rejects.toMatchObject({ status: 404, field: "phoneId" })
  await expect(control.createPhone({ phone: contact.phone })).rejects.toMatchObject({ status: 409, field: "phone" })
  const waiting = control.waitForMessage({ contactId: contact.id, match: { text: "never" }, timeoutMs: 10 })
  await expect(waiting).rejects.toMatchObject({ status: 408 })
})

test("the same seed gives the same numbers", async () => {
  const again = await startSimulator({ seed: 7 })
  const first = await createSimulatorClient({ url: again.controlUrl }).createContact({})
  expect((await control.contacts())[0]).toEqual(first)
  await again.stop()
})
