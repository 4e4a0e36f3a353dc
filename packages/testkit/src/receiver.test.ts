import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { behaviours, startReceiver } from "./receiver.ts"
import type { Receiver } from "./receiver.ts"

let receiver: Receiver

beforeAll(async () => {
  receiver = await startReceiver()
})

beforeEach(() => receiver.behave(behaviours.status(204)))

afterAll(() => receiver.stop())

const send = (body: string, signal?: AbortSignal) =>
  fetch(receiver.url, { method: "POST", body, headers: { "x-mark": "one" }, ...(signal ? { signal } : {}) })

test("a request is remembered with its headers and exact bytes", async () => {
  const response = await send("grüße\n")
  const request = await receiver.waitFor(({ body }) => body.toString() === "grüße\n")
  expect(response.status).toBe(204)
  expect(request).toMatchObject({ method: "POST", path: "/hook", headers: { "x-mark": "one" } })
})

test("behaviours follow one another per request and the last one stays", async () => {
  receiver.behave(behaviours.inOrder(behaviours.status(503), behaviours.status(410), behaviours.status(200)))
  const answers = [await send("1"), await send("2"), await send("3"), await send("4")]
  expect(answers.map(({ status }) => status)).toEqual([503, 410, 200, 200])
})

test("a reset cuts the connection without an answer", async () => {
  receiver.behave(behaviours.reset())
  await expect(send("cut")).rejects.toThrow("fetch failed")
})

test("a hanging endpoint takes the request and never answers", async () => {
  receiver.behave(behaviours.hang())
  const leaving = new AbortController()
  const sending = send("hang", leaving.signal)
  await receiver.waitFor(({ body }) => body.toString() === "hang")
  leaving.abort()
  await expect(sending).rejects.toThrow("aborted")
})
