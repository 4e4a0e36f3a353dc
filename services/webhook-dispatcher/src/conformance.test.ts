import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer as createTlsServer } from "node:https"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Webhook } from "standardwebhooks"
import { afterAll, beforeAll, expect, test } from "vitest"
import { behaviours, freePort, startReceiver, waitUntil } from "@wildcat/testkit"
import type { Behaviour, ServiceProcess } from "@wildcat/testkit"
import { publishEvent } from "@wildcat/shared/bus"
import type { DeliveryDoc, WebhookDoc } from "@wildcat/shared/store"
import { startDispatcherProcess } from "./testing/dispatcher-process.ts"
import { statusEvent } from "@wildcat/shared/testing"
import { openPlace } from "./testing/place.ts"
import type { Place } from "./testing/place.ts"

let place: Place
let service: ServiceProcess
beforeAll(async () => {
  place = await openPlace()
  service = await startDispatcherProcess(place)
})
afterAll(async () => {
  await service.stop()
  await place.close()
})

const pauseMs = 100
const timeoutMs = 1_000
const retry = { pausesMs: [pauseMs], factor: 2, pauseMsMax: 10_000, totalMs: 60_000, attemptsMax: 3 }
const settings = { retry, timeoutMs }

/** Publishes an event to a webhook of its own and waits for the end of its delivery. */
async function deliver(url: string, fields: Partial<WebhookDoc> = {}): Promise<DeliveryDoc> {
  const { id } = await place.webhook({ url, events: ["account.*"], ...settings, ...fields })
  const event = statusEvent(place.tenant)
  await publishEvent(place.bus, event)
  const delivery = await waitUntil("the delivery ended", async () => {
    const found = await place.store.collections.deliveries.findOne({ event: event.id, webhook: id })
    return found !== null && found.status !== "pending" && found
  })
  await place.store.models.webhooks.deleteOne({ _id: id })
  await place.change(id, {})
  return delivery
}

/** Each attempt of a delivery is recorded, and none came before its pause (shortened by 20 % at most). */
function expectSchedule({ tries = [], attempts }: DeliveryDoc): void {
  expect(tries.map(({ number }) => number)).toEqual(Array.from({ length: attempts }, (_, index) => index + 1))
  tries.slice(1).forEach(({ startedAt }, index) => {
    const before = tries[index]
    const endedAt = (before?.startedAt.getTime() ?? 0) + (before?.latencyMs ?? 0)
    expect(startedAt.getTime() - endedAt).toBeGreaterThanOrEqual(pauseMs * 2 ** index * 0.8 - 2)
  })
}

const slowDrip: Behaviour = (_request, response) => {
  response.writeHead(500)
  const timer = setInterval(() => response.write("x"), 50)
  response.once("close", () => clearInterval(timer))
}
const huge: Behaviour = (_request, response) => void response.writeHead(500).end("x".repeat(5_000_000))
const halfHeaders: Behaviour = (_request, response) => void response.socket?.write("HTTP/1.1 200 OK\r\nx-a: ")
const noHttp: Behaviour = (_request, response) => void response.socket?.end("hello\r\n")

const again = { status: "failed", attempts: 3 }
const final = { status: "failed", attempts: 1 }
const taken = { status: "delivered", attempts: 1 }

test.each<[string, Behaviour, object, object]>([
  ["a reset", behaviours.reset(), again, { error: "the connection was closed before an answer came" }],
  ["silence", behaviours.hang(), again, { error: "no answer in time", statusCode: null }],
  ["silence within the headers", halfHeaders, again, { outcome: "failed", statusCode: null }],
  ["what is no HTTP", noHttp, again, { outcome: "failed", statusCode: null }],
  ["a slow drip after a refusal", slowDrip, again, { statusCode: 500, error: "the endpoint answered 500" }],
  ["a huge body after a refusal", huge, again, { statusCode: 500, responseExcerpt: "x".repeat(4_096) }],
  ...[200, 201, 202, 204, 299].map((code): [string, Behaviour, object, object] => [
    String(code),
    behaviours.status(code),
    taken,
    { statusCode: code },
  ]),
  ...[400, 401, 403, 404, 405, 410, 413, 422, 451].map((code): [string, Behaviour, object, object] => [
    String(code),
    behaviours.status(code),
    final,
    { statusCode: code },
  ]),
  ...[301, 302, 303, 307, 308, 408, 409, 425, 429, 500, 501, 502, 503, 504].map(
    (code): [string, Behaviour, object, object] => [
      String(code),
      behaviours.status(code, { location: "http://127.0.0.1:1/" }),
      again,
      { statusCode: code, error: `the endpoint answered ${code}` },
    ],
  ),
])("%s", async (_case, behaviour, outcome, attempt) => {
  const endpoint = await startReceiver()
  endpoint.behave(behaviour)
  const delivery = await deliver(endpoint.url)
  expect(delivery).toMatchObject(outcome)
  for (const each of delivery.tries ?? []) expect(each).toMatchObject(attempt)
  expectSchedule(delivery)
  expect(endpoint.requests).toHaveLength(delivery.attempts)
  expect(new Set(endpoint.requests.map(({ headers }) => headers["webhook-id"])).size).toBe(1)
  await endpoint.stop()
})

test("silence during the body of a success does not undo it", async () => {
  const endpoint = await startReceiver()
  endpoint.behave((_request, response) => void response.writeHead(200).write("so far"))
  const delivery = await deliver(endpoint.url)
  expect(delivery).toMatchObject(taken)
  expect(delivery.tries).toMatchObject([{ outcome: "succeeded", responseExcerpt: "so far" }])
  await endpoint.stop()
})

test("a refused connection", async () => {
  const delivery = await deliver(`http://127.0.0.1:${await freePort()}/`)
  expect(delivery).toMatchObject(again)
  expect(delivery.tries?.[0]).toMatchObject({ error: "the connection was refused", statusCode: null })
  expectSchedule(delivery)
})

test("Retry-After makes a pause longer, and holds other deliveries of the webhook as well", async () => {
  const endpoint = await startReceiver()
  endpoint.behave(behaviours.inOrder(behaviours.status(503, { "retry-after": "2" }), behaviours.status(204)))
  const delivery = await deliver(endpoint.url)
  expect(delivery).toMatchObject({ status: "delivered", attempts: 2 })
  const [first, second] = delivery.tries ?? []
  expect((second?.startedAt.getTime() ?? 0) - (first?.startedAt.getTime() ?? 0)).toBeGreaterThanOrEqual(2_000)
  await endpoint.stop()
})

test.each(["http://10.0.0.1/", "http://169.254.169.254/", "http://[::ffff:10.0.0.1]/", "http://[fd00::1]/"])(
  "%s, which was allowed when the webhook was made, is not called",
  async (url) => {
    const delivery = await deliver(url)
    expect(delivery).toMatchObject(again)
    expect(delivery.tries?.[0]).toMatchObject({ error: "the address is not allowed", statusCode: null })
  },
)

test.skipIf(spawnSync("openssl", ["version"]).error !== undefined)(
  "a certificate that nobody vouches for",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "wildcat-tls-"))
    const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")]
    const subject = ["-subj", "/CN=localhost", "-days", "1"]
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...files, ...subject], {
      stdio: "ignore",
    })
    let requests = 0
    const pair = { key: readFileSync(join(folder, "key.pem")), cert: readFileSync(join(folder, "cert.pem")) }
    const server = createTlsServer(pair, (_request, response) => {
      requests += 1
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    const delivery = await deliver(`https://127.0.0.1:${port}/`)
    expect(delivery).toMatchObject(again)
    expect(delivery.tries?.[0]).toMatchObject({ error: "the certificate is not trusted", statusCode: null })
    expect(requests).toBe(0)
    server.close()
    rmSync(folder, { recursive: true })
  },
)

test("the official verifier accepts every delivery, by either secret while one rotates, by the new one after", async () => {
  const endpoint = await startReceiver()
  const old = `whsec_${Buffer.alloc(32, 1).toString("base64")}`
  const { id, secret } = await place.webhook({ url: endpoint.url })
  const seal = (text: string) => place.box.seal(Buffer.from(text), `webhook:${id}`)
  const verified = async () => {
    const event = statusEvent(place.tenant)
    await publishEvent(place.bus, event)
    const { body, headers } = await endpoint.waitFor(({ headers: each }) => each["webhook-id"] === event.id)
    return (by: string) => new Webhook(by).verify(body.toString(), headers)
  }
  const before = await verified()
  expect(() => before(secret)).not.toThrow()
  await place.change(id, { previousSecret: { secret: seal(old), until: new Date(Date.now() + 60_000) } })
  const during = await verified()
  expect(() => during(secret)).not.toThrow()
  expect(() => during(old)).not.toThrow()
  await place.change(id, { previousSecret: { secret: seal(old), until: new Date(Date.now() - 1) } })
  const after = await verified()
  expect(() => after(secret)).not.toThrow()
  expect(() => after(old)).toThrow("signature")
  await endpoint.stop()
})

test("custom headers arrive; filters hold", async () => {
  const endpoint = await startReceiver()
  const { id } = await place.webhook({ url: endpoint.url })
  const headers = place.box.seal(Buffer.from(JSON.stringify({ "x-theirs": "yes" })), `webhook-headers:${id}`)
  await place.change(id, { headers })
  const event = statusEvent(place.tenant)
  await publishEvent(place.bus, event)
  const request = await endpoint.waitFor(({ headers: each }) => each["webhook-id"] === event.id)
  expect(request.headers["x-theirs"]).toBe("yes")
  await endpoint.stop()
})
