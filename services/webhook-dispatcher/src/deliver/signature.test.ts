import { randomBytes } from "node:crypto"
import { Webhook } from "standardwebhooks"
import { expect, test } from "vitest"
import { signatureHeaders } from "./signature.ts"

const secret = `whsec_${randomBytes(32).toString("base64")}`
const content = { id: "evt_1", timestamp: new Date(), body: JSON.stringify({ text: "grüße 🐈" }) }

test("the official verifier accepts a signature, and refuses it for any other id, body, time or secret", () => {
  const headers = signatureHeaders(content, [secret])
  const verifier = new Webhook(secret)
  expect(verifier.verify(content.body, headers)).toEqual(JSON.parse(content.body))
  expect(() => verifier.verify(`${content.body} `, headers)).toThrow("signature")
  expect(() => verifier.verify(content.body, { ...headers, "webhook-id": "evt_2" })).toThrow("signature")
  const later = String(Number(headers["webhook-timestamp"]) + 1)
  expect(() => verifier.verify(content.body, { ...headers, "webhook-timestamp": later })).toThrow("signature")
  const other = new Webhook(`whsec_${randomBytes(32).toString("base64")}`)
  expect(() => other.verify(content.body, headers)).toThrow("signature")
})

test("while a secret rotates the official verifier accepts both", () => {
  const old = `whsec_${randomBytes(32).toString("base64")}`
  const headers = signatureHeaders(content, [secret, old])
  for (const each of [secret, old]) expect(new Webhook(each).verify(content.body, headers)).toBeTruthy()
})

test.each(["", "whsec_", "secret", "whsec_no base64", "WHSEC_AAAA"])("the secret %j is refused", (wrong) => {
  expect(() => signatureHeaders(content, [wrong])).toThrow("whsec_<base64>")
})
