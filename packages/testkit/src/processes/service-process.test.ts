import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { freePort } from "./free-port.ts"
import { startProcess } from "./service-process.ts"

let folder: string

/** Ready at the third question; ends by itself when its parent has gone. */
const service = `
import { createServer } from "node:http"
let asked = 0
createServer((request, response) => response.writeHead(++asked < 3 ? 503 : 200).end()).listen(Number(process.env.PORT), "127.0.0.1")
process.on("disconnect", () => process.exit(0))
console.log("port " + process.env.PORT)
process.on("SIGTERM", () => process.exit(7))
`

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wc-"))
  writeFileSync(join(folder, "service.mjs"), service)
  writeFileSync(join(folder, "broken.mjs"), `console.error("no such setting"); process.exit(2)`)
})

afterAll(() => rmSync(folder, { recursive: true }))

test("a started process is ready, shows its lines and tells how it ended", async () => {
  const port = await freePort()
  const running = await startProcess({
    entry: join(folder, "service.mjs"),
    env: { PORT: String(port) },
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  })
  expect(running.lines).toEqual([`port ${port}`])
  expect(await running.stop()).toEqual({ code: 7, signal: null })
})

test("a killed process is reported as killed", async () => {
  const port = await freePort()
  const running = await startProcess({ entry: join(folder, "service.mjs"), env: { PORT: String(port) } })
  running.kill("SIGKILL")
  expect(await running.exited).toEqual({ code: null, signal: "SIGKILL" })
})

test("a process that ends before it is ready fails the start with what it printed", async () => {
  const starting = startProcess({ entry: join(folder, "broken.mjs"), env: {}, readyUrl: "http://127.0.0.1:9/readyz" })
  await expect(starting).rejects.toThrow("no such setting")
})
