const noiseHeader = Buffer.from([0x57, 0x41, 0x06, 0x03])
const edgePreambleTag = Buffer.from("ED")
const edgePreambleFixedBytes = 7
/** A frame's length is 24 bits; nothing a client sends comes near the limit. */
const frameBytesMax = 8 * 1024 * 1024

/**
 * Cuts a client's byte stream into frames: optional edge-routing preamble, the 4-byte Noise header, then frames of a
 * 3-byte big-endian length and a payload. A WebSocket message may hold part of a frame or several of them.
 */
export class FrameReader {
  private buffered: Buffer = Buffer.alloc(0)
  private introduced = false

  /** @throws Error when the stream does not begin with the Noise header or a frame is too long. */
  push(bytes: Buffer): Buffer[] {
    this.buffered = this.buffered.length === 0 ? bytes : Buffer.concat([this.buffered, bytes])
    if (!this.introduced && !this.readIntroduction()) return []
    const frames: Buffer[] = []
    for (let frame = this.nextFrame(); frame; frame = this.nextFrame()) frames.push(frame)
    return frames
  }

  private readIntroduction(): boolean {
    const skipBytes = this.preambleBytes()
    if (skipBytes === undefined || this.buffered.length < skipBytes + noiseHeader.length) return false
    const header = this.buffered.subarray(skipBytes, skipBytes + noiseHeader.length)
    if (!header.equals(noiseHeader)) throw new Error("the stream does not begin with the Noise header")
    this.buffered = this.buffered.subarray(skipBytes + noiseHeader.length)
    this.introduced = true
    return true
  }

  /** Length of the edge-routing preamble, 0 without one, undefined while too little has arrived to tell. */
  private preambleBytes(): number | undefined {
    if (this.buffered.length < edgePreambleTag.length) return undefined
    if (!this.buffered.subarray(0, 2).equals(edgePreambleTag)) return 0
    if (this.buffered.length < edgePreambleFixedBytes) return undefined
    return edgePreambleFixedBytes + this.buffered.readUIntBE(4, 3)
  }

  private nextFrame(): Buffer | undefined {
    if (this.buffered.length < 3) return undefined
    const frameBytes = this.buffered.readUIntBE(0, 3)
    if (frameBytes > frameBytesMax) throw new Error("a frame is too long")
    if (this.buffered.length < 3 + frameBytes) return undefined
    const frame = this.buffered.subarray(3, 3 + frameBytes)
    this.buffered = this.buffered.subarray(3 + frameBytes)
    return frame
  }
}

/** A frame as the server sends it: length and payload, never a header. */
export function encodeFrame(payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(3 + payload.length)
  frame.writeUIntBE(payload.length, 0, 3)
  frame.set(payload, 3)
  return frame
}
