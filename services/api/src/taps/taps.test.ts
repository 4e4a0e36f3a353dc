import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { createInterface } from "node:readline"
import { newId, subjectsOf } from "@wildcat/shared/contracts"
import { root, waitUntil } from "@wildcat/testkit"
import { connect, nkeyAuthenticator } from "nats"
import type { NatsConnection } from "nats"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startNatsWithTaps } from "../testing/nats-with-taps.ts"
import type { NatsWithTaps } from "../testing/nats-with-taps.ts"
import { publishStatus } from "../testing/publish-status.ts"
import { startTestApi } from "../testing/test-api.ts"
import type { TestApi } from "../testing/test-api.ts"

const prefix = "taps"
const [tenant, other] = [newId("tenant"), newId("tenant")]
const [account, otherAccount] = [
  { _id: newId("account"), tenant },
  { _id: newId("account"), tenant: other },
]
const subjects = subjectsOf(prefix)
let nats: NatsWithTaps
let api: TestApi
let tap: NatsConnection
beforeAll(async () => {
  nats = await startNatsWithTaps({ prefix, tenants: [tenant, other] })
  // The API as a whole works as the services' user of this configuration.
  api = await startTestApi({ NATS_URL: nats.natsUrl, NATS_PREFIX: prefix })
  tap = await connectTap(tenant)
})
afterAll(async () => {
  await tap.close()
  await api.stop()
  await nats.stop()
})

async function connectTap(who: string): Promise<NatsConnection> {
  const seed = (await readFile(nats.seedFile(who), "utf8")).trim()
  return connect({
    servers: nats.address,
    authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)),
    inboxPrefix: `_INBOX_${who}`,
  })
}

/** What a subscription gets until the server has answered that it is not allowed. */
async function refused(subject: string): Promise<void> {
  const subscription = tap.subscribe(subject)
  await expect(
    (async () => {
      for await (const message of subscription) throw new Error(`got ${message.subject}`)
    })(),
  ).rejects.toMatchObject({ code: "PERMISSIONS_VIOLATION" })
}

test("a tap gets every event of its tenant as it is published, and none of another's", async () => {
  const seen: unknown[] = []
  const subscription = tap.subscribe(subjects.eventsOfTenant(tenant), {
    callback: (_error, message) => seen.push(message.json()),
  })
  await tap.flush()
  const events = []
  for (let index = 0; index < 10; index += 1) {
    await publishStatus(api, otherAccount)
    events.push(await publishStatus(api, account))
  }
  await waitUntil("all arrived", () => seen.length >= 10)
  expect(seen).toEqual(events)
  subscription.unsubscribe()
})

const forbidden: [what: string, subject: string][] = [
  ["everything", ">"],
  ["all events", `${prefix}.events.>`],
  ["all events, token by token", `${prefix}.events.*.*.>`],
  ["another tenant's events", `${prefix}.events.*.${other}.>`],
  ["another tenant's event of one type", `${prefix}.events.*.${other}.${otherAccount._id}.account.status`],
  ["its own commands", `${prefix}.commands.${account._id}.>`],
  ["all commands", `${prefix}.commands.>`],
  ["media tasks", `${prefix}.media.>`],
  ["nudges", `${prefix}.nudges.>`],
  ["QR codes of its own", `${prefix}.live.${tenant}.${account._id}.account.qr`],
  ["all that is live of another", `${prefix}.live.${other}.>`],
  ["a KV bucket", `$KV.${prefix}_workers.>`],
  ["JetStream's API", "$JS.API.>"],
  ["acknowledgements", "$JS.ACK.>"],
  ["JetStream's advisories", "$JS.EVENT.>"],
  ["the system's subjects", "$SYS.>"],
  ["replies to the services", "_INBOX.>"],
  ["replies to another tap", `_INBOX_${other}.>`],
]
test.each(forbidden)("a tap may not subscribe to %s", async (_what, subject) => {
  await refused(subject)
})

test("a queue group opens nothing that is closed", async () => {
  const subscription = tap.subscribe(`${prefix}.commands.>`, { queue: "workers" })
  await expect(
    (async () => {
      for await (const message of subscription) throw new Error(`got ${message.subject}`)
    })(),
  ).rejects.toMatchObject({ code: "PERMISSIONS_VIOLATION" })
})

describe("a tap may publish nothing", () => {
  const stream = subjects.eventsStream
  const targets: [what: string, subject: string][] = [
    ["an event of its own", subjects.event({ ...account, account: account._id, type: "account.status" })],
    ["an event of another", subjects.event({ ...otherAccount, account: otherAccount._id, type: "account.status" })],
    ["a command", subjects.command(account._id, "account.logout")],
    ["a command to another", subjects.command(otherAccount._id, "account.qr")],
    ["a worker's heartbeat", `$KV.${prefix}_workers.worker-1`],
    ["a nudge", subjects.accountsNudge],
    ["a question to JetStream", "$JS.API.INFO"],
    ["a stream's messages", `$JS.API.STREAM.MSG.GET.${stream}`],
    ["a direct get", `$JS.API.DIRECT.GET.${stream}`],
    ["a new consumer", `$JS.API.CONSUMER.CREATE.${stream}`],
    ["a purge", `$JS.API.STREAM.PURGE.${stream}`],
    ["a deletion", `$JS.API.STREAM.DELETE.${stream}`],
    ["a reply to another's inbox", "_INBOX.x"],
  ]
  test.each(targets)("%s", async (_what, subject) => {
    const heard: string[] = []
    const listening = api.bus.connection.subscribe(subject.startsWith("$JS.API") ? "none" : subject, {
      callback: (_error, message) => heard.push(message.subject),
    })
    await api.bus.connection.flush()
    const status = tap.status()
    const violation = (async () => {
      for await (const { type, data } of status) if (type === "error" && typeof data === "string") return data
      return ""
    })()
    tap.publish(subject, "{}", { reply: `_INBOX_${tenant}.x` })
    expect(await violation).toBe("PERMISSIONS_VIOLATION")
    await api.bus.connection.flush()
    expect(heard).toEqual([])
    listening.unsubscribe()
  })
})

test("nobody connects without a name, with a wrong password or with a strange key", async () => {
  for (const login of [{}, { user: "wildcat", pass: "wrong" }]) {
    await expect(connect({ servers: nats.address, reconnect: false, ...login })).rejects.toMatchObject({
      code: "AUTHORIZATION_VIOLATION",
    })
  }
})

test("the API serves events, streams and readiness under this configuration", async () => {
  expect((await api.call("GET", "/readyz", { key: null })).status).toBe(200)
  const own = await api.makeAccount()
  const event = await publishStatus(api, own)
  const { body } = await api.call("GET", "/v1/events")
  expect(body.items.map(({ id }: { id: string }) => id)).toContain(event.id)
})

const examples: [tool: string, command: string[], probe: string[]][] = [
  ["Node", [process.execPath, "--input-type=module", "-"], [process.execPath, "--version"]],
  ["Python", ["python3", "-"], ["python3", "-c", "import nats, nkeys"]],
  ["the nats CLI", ["sh", "-s"], ["nats", "--version"]],
]
const files: Record<string, string> = { Node: "tap.mjs", Python: "tap.py", "the nats CLI": "tap.sh" }

test.for(examples)(
  "the example for %s prints the tenant's events",
  async ([tool, [program = "", ...args], probe], { skip }) => {
    const [probeProgram = "", ...probeArgs] = probe
    if (!runs(probeProgram, probeArgs)) skip(`${tool} is not on this machine`)
    const env = {
      ...process.env,
      NATS_URL: nats.address,
      TENANT: tenant,
      NKEY_FILE: nats.seedFile(tenant),
      PREFIX: prefix,
    }
    // From standard input, so that packages are found where the tests have them.
    const child = spawn(program, args, { cwd: `${root}/services/api`, env, stdio: ["pipe", "pipe", "pipe"] })
    try {
      const lines: string[] = []
      createInterface({ input: child.stdout }).on("line", (line) => lines.push(line))
      child.stdin.end(await readFile(`${root}/examples/taps/${files[tool] ?? ""}`))
      const event = await waitUntil("it prints an event", async () => {
        const published = await publishStatus(api, account)
        await publishStatus(api, otherAccount)
        return lines.length > 0 && published
      })
      const first: { id?: string; account?: string } = JSON.parse(lines[0] ?? "{}")
      expect(first.id).toMatch(/^evt_/)
      await waitUntil("the last one too", () => lines.some((line) => line.includes(event.id)))
      expect(lines.filter((line) => line.includes(otherAccount._id))).toEqual([])
    } finally {
      child.kill("SIGKILL")
      await once(child, "exit")
    }
  },
)

function runs(program: string, args: string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0
}
