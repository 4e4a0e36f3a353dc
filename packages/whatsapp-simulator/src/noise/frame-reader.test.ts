import { expect, test } from "vitest"
import { encodeFrame, FrameReader } from "./frame-reader.ts"

const header = Buffer.from([0x57, 0x41, 0x06, 0x03])
const frames = [Buffer.from("one"), Buffer.alloc(0), Buffer.from("three")]
const stream = Buffer.concat([header, ...frames.map(encodeFrame)])

test("frames come out whole, however the stream is cut", () => {
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const reader = new FrameReader()
    expect([...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))]).toEqual(frames)
  }
})

test("an edge-routing preamble is skipped", () => {
  const preamble = Buffer.concat([Buffer.from("ED"), Buffer.from([0, 1, 0, 0, 4]), Buffer.from("rout")])
  expect(new FrameReader().push(Buffer.concat([preamble, stream]))).toEqual(frames)
})

test("a stream without the Noise header is refused", () => {
  expect(() => new FrameReader().push(Buffer.from("GET / HTTP/1.1"))).toThrow("Noise header")
})
