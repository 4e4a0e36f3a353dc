import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { MongoClient } from "mongodb"
import { connect } from "nats"
import { expect, test } from "vitest"
import { exitOf } from "../processes/child.ts"
import { waitUntil } from "../processes/wait-until.ts"

const source = fileURLToPath(new URL("start-servers.ts", import.meta.url))

/** A process of its own that starts servers, says where, and waits to be killed. */
async function startInChild(temporaryFolder: string, dataFolder?: string) {
  const code = `
    const { startServers } = await import(${JSON.stringify(source)})
    console.log(JSON.stringify(await startServers(${JSON.stringify(dataFolder)})))
    setInterval(() => undefined, 60_000)`
  const env = { PATH: process.env["PATH"], TMPDIR: temporaryFolder } // servers of its own: no MONGO_URL, no NATS_URL
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  })
  const { mongoUrl, natsUrl } = JSON.parse(await firstLine(child.stdout))
  return { child, mongoUrl: String(mongoUrl), natsUrl: String(natsUrl) }
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line
  throw new Error("it ended without a word")
}

async function natsAnswers(url: string): Promise<boolean> {
  try {
    await (await connect({ servers: url, reconnect: false, timeout: 500 })).close()
    return true
  } catch {
    return false // nobody listens there
  }
}

test("servers of a killed process end, and their temporary folders with them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "wc-"))
  const { child, natsUrl } = await startInChild(folder)
  expect(await natsAnswers(natsUrl)).toBe(true)
  expect(readdirSync(folder)).not.toEqual([])

  child.kill("SIGKILL")
  await exitOf(child)

  await waitUntil("nats-server has ended", async () => !(await natsAnswers(natsUrl)))
  await waitUntil("the temporary folders are gone", () => readdirSync(folder).length === 0)
  rmSync(folder, { recursive: true })
})

test("data in a folder outlive a kill, and the next start waits until the servers before have left it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "wc-"))
  const data = join(folder, "data with spaces")
  let lastNatsUrl = ""
  for (const round of [1, 2]) {
    const { child, mongoUrl, natsUrl } = await startInChild(folder, data)
    const mongo = new MongoClient(mongoUrl)
    const writing = { writeConcern: { w: "majority", j: true } } as const
    await mongo.db("kept").collection("rounds").insertOne({ round }, writing)
    expect(await mongo.db("kept").collection("rounds").countDocuments()).toBe(round)
    await mongo.close()
    const nats = await connect({ servers: natsUrl })
    await (await nats.jetstreamManager()).streams.add({ name: "KEPT", subjects: ["kept.>"] })
    expect((await nats.jetstream().publish("kept.round")).seq).toBe(round)
    await nats.close()
    lastNatsUrl = natsUrl
    child.kill("SIGKILL")
    await exitOf(child)
  }
  await waitUntil("the sockets' folders are gone", () => readdirSync(folder).length === 1)
  expect(existsSync(join(data, "nats"))).toBe(true)
  await waitUntil("nats-server has ended", async () => !(await natsAnswers(lastNatsUrl)))
  rmSync(folder, { recursive: true })
})
