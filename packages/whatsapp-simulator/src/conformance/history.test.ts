import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import { createSimulatorClient, type SimulatorClient } from "../client/index.ts"
import { type Simulator, startSimulator } from "../simulator.ts"
import { linkPhone } from "./link.ts"
import { nothingWasRefused } from "./nothing-refused.ts"
import { redirectMedia } from "./redirect-media.ts"
import { trustMedia } from "./trust-media.ts"

let simulator: Simulator
let control: SimulatorClient

beforeAll(async () => {
  simulator = await startSimulator({ ackDelayMs: 0 })
  trustMedia(simulator)
  control = createSimulatorClient({ url: simulator.controlUrl })
})

afterEach(() => nothingWasRefused(control))

afterAll(async () => await simulator.stop())

for (const historyForm of ["inline", "media"] as const) {
  test(`a generated history of three hundred messages arrives ${historyForm}`, async () => {
    const contact = await control.createContact({ name: "Old friend" })
    const messages = Array.from({ length: 300 }, (_, index) => ({
      text: `message ${index}`,
      messageId: `${historyForm}-${index}`,
      fromMe: index % 3 === 0,
      at: 1_700_000_000 + index,
    }))
    const phone = await control.createPhone({ history: [{ contactId: contact.id, messages }], historyForm })
    const { mediaDownloads } = await control.counters()
    const client = await linkPhone(simulator, phone.id, { options: redirectMedia(simulator) })
    const history = await client.waitFor("messaging-history.set", (set) => set.messages.length === 300)
    expect(history.chats).toMatchObject([{ id: contact.lid, name: "Old friend" }])
    const [newest] = history.messages
    expect(newest).toMatchObject({
      key: { id: `${historyForm}-299`, remoteJid: contact.lid, fromMe: false },
      message: { conversation: "message 299" },
    })
    expect(Number(newest?.messageTimestamp)).toBe(1_700_000_299)
    const fetched = historyForm === "media" ? 1 : 0
    expect((await control.counters()).mediaDownloads).toBe(mediaDownloads + fetched)
    await client.stop()
  })
}
