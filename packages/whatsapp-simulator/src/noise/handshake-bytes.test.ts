import { readFile } from "node:fs/promises"
import { expect, test } from "vitest"
import { z } from "zod"
import { encodeFrame, FrameReader } from "./frame-reader.ts"
import { NoiseResponder } from "./responder.ts"

const bytes = z.string().transform((text) => Buffer.from(text, "hex"))
const fixtureSchema = z.object({
  serverStaticPrivate: bytes,
  serverStaticPublic: bytes,
  serverEphemeralPrivate: bytes,
  serverEphemeralPublic: bytes,
  clientStaticPublic: bytes,
  certificateChain: bytes,
  clientHello: bytes,
  serverHello: bytes,
  clientFinish: bytes,
  firstFromServer: bytes,
  secondFromServer: bytes,
  firstFromClient: bytes,
  secondFromClient: bytes,
})
/** Computed with node:crypto alone, see `fixtures/generate-handshake.ts`. */
const fixture = fixtureSchema.parse(
  JSON.parse(await readFile(new URL("fixtures/handshake.json", import.meta.url), "utf8")),
)

function createResponder(): NoiseResponder {
  const { serverStaticPublic, serverStaticPrivate, serverEphemeralPublic, serverEphemeralPrivate } = fixture
  const identity = {
    rootPublicKey: Buffer.alloc(32),
    staticKey: { public: serverStaticPublic, private: serverStaticPrivate },
    certificateChain: fixture.certificateChain,
  }
  return new NoiseResponder(identity, { public: serverEphemeralPublic, private: serverEphemeralPrivate })
}

test("with fixed keys the server hello is, byte for byte, the one computed independently", () => {
  const hello = createResponder().hello(fixture.clientHello)
  expect(Buffer.from(hello).toString("hex")).toBe(fixture.serverHello.toString("hex"))
})

test("the independent client finish is read, and both directions carry on as computed", () => {
  const responder = createResponder()
  responder.hello(fixture.clientHello)
  const { clientPayload, clientStaticKey, outgoing, incoming } = responder.finish(fixture.clientFinish)
  expect(clientStaticKey).toEqual(fixture.clientStaticPublic)
  expect(Number(clientPayload.username)).toBe(4_915_112_345_678)
  expect(clientPayload).toMatchObject({ passive: true, device: 3 })
  expect(outgoing.encrypt(Buffer.from("first from the server"))).toEqual(fixture.firstFromServer)
  expect(outgoing.encrypt(Buffer.from("second from the server"))).toEqual(fixture.secondFromServer)
  expect(incoming.decrypt(fixture.firstFromClient).toString()).toBe("first from the client")
  expect(incoming.decrypt(fixture.secondFromClient).toString()).toBe("second from the client")
})

test("a client finish with one bit changed is refused", () => {
  const responder = createResponder()
  responder.hello(fixture.clientHello)
  const changed = Buffer.from(fixture.clientFinish)
  changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1)
  expect(() => responder.finish(changed)).toThrow()
})

test("frames are three bytes of length and the payload, after the header and the routing preamble", () => {
  const stream = "4544 0001 000003 aabbcc 57410603 000002 0102 000001 03".replaceAll(" ", "")
  const frames = new FrameReader().push(Buffer.from(stream, "hex"))
  expect(frames.map((frame) => frame.toString("hex"))).toEqual(["0102", "03"])
  expect(encodeFrame(Buffer.from("0102", "hex")).toString("hex")).toBe("0000020102")
})
