import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createServer, connect } from "node:net"
import type { Socket } from "node:net"
import { startNats } from "@wildcat/testkit"
import { afterEach, expect, test } from "vitest"
import { startTestApi } from "../testing/test-api.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const each of cleanups.splice(0).toReversed()) await each()
})

/** A way to a server that can be cut, or fall silent, as a network does. */
async function startPath(to: URL) {
  const sockets = new Set<Socket>()
  let state: "open" | "cut" | "silent" = "open"
  const target = () =>
    to.pathname.startsWith("/") && to.hostname === ""
      ? connect(to.pathname)
      : connect(Number(to.port), decodeURIComponent(to.hostname))
  const server = createServer((client) => {
    if (state === "cut") {
      client.destroy()
      return
    }
    const upstream = target()
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket))
    }
    client.on("data", (chunk) => state === "silent" || upstream.write(chunk))
    upstream.on("data", (chunk) => state === "silent" || client.write(chunk))
    client.on("close", () => upstream.destroy())
    upstream.on("close", () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return {
    port: typeof address === "object" ? Number(address?.port) : 0,
    set(next: typeof state) {
      state = next
      if (next === "cut") for (const socket of sockets) socket.destroy()
    },
  }
}

function mongoTarget(): URL {
  const url = process.env["MONGO_URL"] ?? ""
  const host = decodeURIComponent(/^mongodb:\/\/(?:[^@/]*@)?([^/?]+)/.exec(url)?.[1] ?? "")
  return host.startsWith("/") ? Object.assign(new URL("file:///"), { pathname: host }) : new URL(`tcp://${host}`)
}

test.each(["cut", "silent"] as const)(
  "with MongoDB %s, requests are answered 503 and not ready, and all is well when it is back",
  async (state) => {
    const path = await startPath(mongoTarget())
    const api = await startTestApi({ MONGO_URL: `mongodb://127.0.0.1:${path.port}/?directConnection=true` })
    cleanups.push(() => api.stop())
    const account = await api.makeAccount()
    expect((await api.call("GET", `/v1/accounts/${account._id}`)).status).toBe(200)
    path.set(state)
    const body = { to: "+4915112345678", content: { type: "text", text: "x" } }
    const answers = await Promise.all([
      api.call("GET", `/v1/accounts/${account._id}`),
      api.call("POST", `/v1/accounts/${account._id}/messages`, { body, headers: { "idempotency-key": "k" } }),
      api.call("POST", "/v1/media", { raw: "x", headers: { "content-type": "text/plain" } }),
    ])
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 503, body: { code: "dependency_unavailable" } })
    expect((await api.call("GET", "/readyz")).status).toBe(503)
    expect((await api.call("GET", "/healthz")).status).toBe(200)
    path.set("open")
    await expect
      .poll(async () => (await api.call("GET", `/v1/accounts/${account._id}`)).status, { timeout: 60_000 })
      .toBe(200)
  },
  90_000,
)

test("without NATS, sends are stored and answered 202, what needs it is answered 503, and it comes back by itself", async () => {
  const folder = mkdtempSync(join(tmpdir(), "wildcat-nats-"))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  const nats = await startNats(folder)
  cleanups.push(() => nats.stop())
  const path = await startPath(new URL(nats.url))
  const api = await startTestApi({ NATS_URL: `nats://127.0.0.1:${path.port}` })
  cleanups.push(() => api.stop())
  const account = await api.makeAccount({ status: "disconnected" })
  path.set("cut")
  await expect.poll(async () => (await api.call("GET", "/readyz")).status, { timeout: 60_000 }).toBe(503)
  const body = { to: "+4915112345678", content: { type: "text", text: "x" } }
  expect(await api.call("POST", `/v1/accounts/${account._id}/messages`, { body })).toMatchObject({
    status: 202,
    body: { status: "queued" },
  })
  expect((await api.call("POST", `/v1/accounts/${account._id}/start`)).status).toBe(202)
  for (const [method, url] of [
    ["GET", "/v1/events"],
    ["GET", `/v1/accounts/${account._id}/qr`],
    ["POST", `/v1/accounts/${account._id}/logout`],
  ] as const) {
    expect(await api.call(method, url)).toMatchObject({ status: 503, body: { code: "dependency_unavailable" } })
  }
  path.set("open")
  await expect
    .poll(async () => (await api.call("GET", `/v1/accounts/${account._id}/qr`)).status, { timeout: 60_000 })
    .toBe(200)
})
