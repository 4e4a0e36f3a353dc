import type { lookup } from "node:dns"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { freePort, startReceiver } from "@wildcat/testkit"
import type { Receiver } from "@wildcat/testkit"
import { createPoster } from "./post.ts"
import type { Poster } from "./post.ts"

const limits = { allowHttp: true, allowedRanges: ["127.0.0.0/8", "::1/128"], socketsMax: 4 }
let endpoint: Receiver
let poster: Poster

beforeAll(async () => {
  endpoint = await startReceiver()
  poster = createPoster(limits)
})
beforeEach(() => endpoint.behave((_request, response) => void response.writeHead(204).end()))
afterAll(async () => {
  poster.close()
  await endpoint.stop()
})

const body = JSON.stringify({ text: "grüße 🐈" })
const post = (url = endpoint.url, by = poster) =>
  by.post({ url, headers: { "webhook-id": "evt_1" }, body, timeoutMs: 400 })

test("the exact body arrives as JSON from Wildcat", async () => {
  expect(await post()).toMatchObject({ kind: "answered", statusCode: 204, excerpt: "", retryAfter: null })
  const request = endpoint.requests.at(-1)
  expect(request?.method).toBe("POST")
  expect(request?.body.toString()).toBe(body)
  expect(request?.headers).toMatchObject({
    "content-type": "application/json",
    "user-agent": "Wildcat",
    "webhook-id": "evt_1",
    "content-length": String(Buffer.byteLength(body)),
  })
})

test("status, Retry-After and the first words of a refusal are seen", async () => {
  endpoint.behave((_request, response) => void response.writeHead(429, { "retry-after": "7" }).end("slow down"))
  expect(await post()).toMatchObject({ statusCode: 429, retryAfter: "7", excerpt: "slow down" })
})

test("a connection is used again", async () => {
  const ports = new Set<number | undefined>()
  endpoint.behave((_request, response, incoming) => {
    ports.add(incoming.socket.remotePort)
    response.end("ok")
  })
  for (let index = 0; index < 5; index += 1) await post()
  expect(ports.size).toBe(1)
})

test("a redirect is an answer, and is not followed", async () => {
  endpoint.behave((_request, response) => void response.writeHead(302, { location: endpoint.url }).end())
  const before = endpoint.requests.length
  expect(await post()).toMatchObject({ kind: "answered", statusCode: 302 })
  expect(endpoint.requests.length).toBe(before + 1)
})

test("of a huge body only 4 KiB are read", async () => {
  let written = 0
  endpoint.behave(async (_request, response) => {
    response.writeHead(200)
    const chunk = "x".repeat(64 * 1024)
    const closed = new Promise((resolve) => response.once("close", resolve))
    while (!response.destroyed && written < 1_000_000_000) {
      written += chunk.length
      if (!response.write(chunk))
        await Promise.race([closed, new Promise((resolve) => response.once("drain", resolve))])
    }
  })
  const result = await post()
  expect(result).toMatchObject({ kind: "answered", statusCode: 200 })
  expect(result.kind === "answered" && result.excerpt.length).toBe(4_096)
  expect(written).toBeLessThan(50_000_000)
})

test("a body that never ends does not undo the status", async () => {
  endpoint.behave((_request, response) => void response.writeHead(200).write("so far"))
  expect(await post()).toMatchObject({ kind: "answered", statusCode: 200, excerpt: "so far" })
})

test("a compressed body is no bomb: it is not unpacked", async () => {
  endpoint.behave((_request, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end("no gzip"))
  expect(await post()).toMatchObject({ kind: "answered", statusCode: 200 })
})

test("silence ends in time", async () => {
  endpoint.behave(() => undefined)
  expect(await post()).toMatchObject({ kind: "failed", error: "no answer in time" })
})

test("an endpoint that takes the connection and says nothing ends in time, also without HTTP", async () => {
  const server = createServer(() => undefined)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  for (const scheme of ["http", "https"]) {
    expect(await post(`${scheme}://127.0.0.1:${port}/`)).toMatchObject({ kind: "failed", error: "no answer in time" })
  }
  server.close()
})

test("a reset is a failure", async () => {
  endpoint.behave((_request, _response, incoming) => void incoming.socket.resetAndDestroy())
  expect(await post()).toMatchObject({
    kind: "failed",
    error: "the connection was closed before an answer came",
  })
})

test("what is not HTTP is a failure", async () => {
  endpoint.behave((_request, response) => void response.socket?.end("hello\r\n"))
  expect(await post()).toMatchObject({ kind: "failed" })
})

test("a refused connection is a failure", async () => {
  expect(await post(`http://127.0.0.1:${await freePort()}/`)).toMatchObject({
    kind: "failed",
    error: "the connection was refused",
  })
})

test("an unknown name is a failure", async () => {
  expect(await post("http://no-such-host.invalid/")).toMatchObject({ kind: "failed" })
})

test.each([
  ["http://127.0.0.1:1/", "the address is not allowed"],
  ["http://[::1]:1/", "the address is not allowed"],
  ["http://[::ffff:127.0.0.1]:1/", "the address is not allowed"],
  ["http://2130706433/", "the address is not allowed"],
  ["http://0x7f.1/", "the address is not allowed"],
  ["http://169.254.169.254/latest", "the address is not allowed"],
  ["http://10.0.0.1/", "the address is not allowed"],
  ["http://localhost:1/", "the name leads to an address that is not allowed"],
  ["file:///etc/passwd", "only https is allowed"],
  ["nonsense", "the URL is not valid"],
])("%s is not called", async (url, error) => {
  const strict = createPoster({ ...limits, allowedRanges: [] })
  expect(await post(url, strict)).toMatchObject({ kind: "failed", error })
  strict.close()
})

test("http is called only where it is allowed", async () => {
  const strict = createPoster({ ...limits, allowHttp: false })
  expect(await post(endpoint.url, strict)).toMatchObject({ kind: "failed", error: "only https is allowed" })
  strict.close()
})

test("a name that turns private between two connections is not called", async () => {
  const answers = ["127.0.0.1", "10.0.0.1"]
  const resolve = ((_host: string, _options: unknown, done: (error: null, found: object[]) => void) =>
    done(null, [{ address: answers.shift() ?? "10.0.0.1", family: 4 }])) as unknown as typeof lookup
  const turning = createPoster({ ...limits, resolve })
  const url = `http://public.example:${endpoint.port}/`
  endpoint.behave((_request, response) => void response.writeHead(204, { connection: "close" }).end())
  expect(await post(url, turning)).toMatchObject({ kind: "answered", statusCode: 204 })
  const before = endpoint.requests.length
  expect(await post(url, turning)).toMatchObject({
    kind: "failed",
    error: "the name leads to an address that is not allowed",
  })
  expect(endpoint.requests).toHaveLength(before)
  turning.close()
})
