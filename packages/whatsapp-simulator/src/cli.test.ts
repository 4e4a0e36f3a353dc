import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect } from "node:tls"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { z } from "zod"
import { createSimulatorClient } from "./client/index.ts"

const cliPath = fileURLToPath(new URL("cli.ts", import.meta.url))
const lineSchema = z.object({
  webSocketUrl: z.string(),
  mediaUrl: z.string(),
  controlUrl: z.string(),
  rootPublicKeyHex: z.string().length(64),
  mediaCaPath: z.string(),
})
let dataDir: string

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "simulator-test-"))
})

afterAll(async () => {
  await rm(dataDir, { recursive: true })
})

/** Runs the command until `work` is done, then ends it as an operator would. */
async function withSimulator(
  work: (line: z.infer<typeof lineSchema>) => Promise<void>,
  options: string[] = [],
): Promise<number | null> {
  const simulator = spawn(
    process.execPath,
    ["--conditions=@wildcat/source", cliPath, "--data-dir", dataDir, ...options],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  )
  const exited = once(simulator, "exit")
  try {
    const [output]: Buffer[] = await once(simulator.stdout, "data")
    await work(lineSchema.parse(JSON.parse(String(output))))
  } finally {
    simulator.kill("SIGTERM")
  }
  const [code]: (number | null)[] = await exited
  return code ?? null
}

test("the command says where it listens, serves, and ends cleanly on SIGTERM", async () => {
  const code = await withSimulator(async ({ controlUrl, mediaCaPath }) => {
    const contact = await createSimulatorClient({ url: controlUrl }).createContact({ phone: "4915112345678" })
    expect(contact.pn).toBe("4915112345678@s.whatsapp.net")
    expect(await readFile(mediaCaPath, "utf8")).toContain("BEGIN CERTIFICATE")
  })
  expect(code).toBe(0)
})

test("the keys clients trust survive a restart", async () => {
  const keys: string[] = []
  for (const _ of [1, 2]) {
    await withSimulator(async ({ rootPublicKeyHex, mediaCaPath }) => {
      keys.push(rootPublicKeyHex, await readFile(mediaCaPath, "utf8"))
    })
  }
  expect(keys.slice(0, 2)).toEqual(keys.slice(2))
})

test("a process with NODE_EXTRA_CA_CERTS trusts the media server", async () => {
  await withSimulator(async ({ mediaUrl, mediaCaPath }) => {
    const script = `fetch("${mediaUrl}/mms/image/none").then(({ status }) => console.log(status))`
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: mediaCaPath }
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { env })
    expect(stdout.trim()).toBe("404")
  })
})

test("behind another name, URLs and certificate carry that name", async () => {
  await withSimulator(
    async ({ mediaUrl, webSocketUrl, mediaCaPath }) => {
      expect(new URL(webSocketUrl).hostname).toBe("simulator.localhost")
      const socket = connect({
        host: "127.0.0.1",
        port: Number(new URL(mediaUrl).port),
        servername: "simulator.localhost",
        ca: await readFile(mediaCaPath),
      })
      await once(socket, "secureConnect")
      expect(socket.authorized).toBe(true)
      socket.destroy()
    },
    ["--host", "0.0.0.0", "--public-host", "simulator.localhost"],
  )
})
