import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort, root, startMongo, startNats, startProcess, waitUntil } from "@wildcat/testkit"
import { afterEach, beforeEach, expect, test } from "vitest"

let folder: string

beforeEach(() => {
  // Its path is part of a socket's, which may not be long.
  folder = mkdtempSync(join(tmpdir(), "wc-start-"))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

test("a service whose MongoDB goes while it starts says what it waits for, does not end, and begins when it is back", async () => {
  const port = await freePort()
  const startOurMongo = () => startMongo(join(folder, "mongodb"), { socketFolder: folder })
  const startOurNats = () => startNats(join(folder, "nats"), { port })
  const [mongo, nats] = await Promise.all([startOurMongo(), startOurNats()])
  await nats.stop()
  const settings = settingsFor({ MONGO_URL: mongo.url, NATS_URL: nats.url })
  const services = await Promise.all([
    begin("api", { ...settings, API_PORT: String(await freePort()) }),
    begin("webhook-dispatcher", { ...settings, DISPATCHER_PORT: String(await freePort()) }),
  ])

  // By then they have been connected to MongoDB, which they find gone as soon as NATS lets them go on.
  await Promise.all(services.map(({ awaits }) => awaits("NATS")))
  await mongo.stop()
  const laterNats = await startOurNats()
  const [api, dispatcher] = services
  await Promise.all([api?.awaits("first API key"), dispatcher?.awaits("partitions")])
  const laterMongo = await startOurMongo()
  await Promise.all(services.map(({ ready }) => ready()))

  const ends = await Promise.all(services.map(({ stop }) => stop()))
  expect(ends).toEqual(services.map(() => ({ code: 0, signal: null })))
  await Promise.all([laterNats.stop(), laterMongo.stop()])
})

function settingsFor(servers: { MONGO_URL: string; NATS_URL: string }): Record<string, string> {
  return {
    ...servers,
    NODE_ENV: "test",
    HEALTH_HOST: "127.0.0.1",
    API_HOST: "127.0.0.1",
    ADMIN_API_KEY_FILE: join(folder, "admin-api-key"),
    API_KEY_PEPPER: "5e".repeat(32),
    SECRETS_KEY: "5e".repeat(32),
  }
}

async function begin(service: "api" | "webhook-dispatcher", env: Record<string, string>) {
  const { lines, stop } = await startProcess({ entry: `${root}/services/${service}/src/main.ts`, env })
  const says = (event: string, what: string) =>
    waitUntil(
      `${service}: ${event} ${what}`,
      () => lines.some((line) => line.includes(`"event":"${event}"`) && line.includes(what)),
      { timeoutMs: 60_000 },
    )
  return {
    stop,
    awaits: (what: string) => says("dependency.awaited", `"what":"${what}"`),
    ready: () => says("service.started", ""),
  }
}
