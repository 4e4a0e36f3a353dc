import type { Readable } from "node:stream"
import { OggOpusDecoderWebWorker } from "ogg-opus-decoder"
import { createTurns } from "@wildcat/shared/runtime"

/** What a client draws of a voice note before it has fetched it. */
export interface HeardVoice {
  seconds: number
  /** 64 loudnesses from 0 to 100, a byte each, in base64. */
  waveform: string
}

const bars = 64
const samplesPerSecond = 48_000
/** Sound of which one loudness is kept: 0.1 s. */
const windowSamples = 4_800
/** Windows that are kept: two hours. */
const windowsMax = 72_000
const hearMs = 30_000
const { run: inTurn } = createTurns(1)

/**
 * Decodes Ogg with Opus, in a thread of its own, and keeps how loud it is when. Null when it cannot be decoded or that
 * takes too long: clients then draw a flat line.
 */
export function hearVoice(source: Readable): Promise<HeardVoice | null> {
  return inTurn(async () => {
    const decoder = new OggOpusDecoderWebWorker()
    const meter = createMeter()
    const deadline = performance.now() + hearMs
    try {
      await decoder.ready
      for await (const chunk of source) {
        const bytes: Buffer = chunk
        const { channelData } = await decoder.decode(new Uint8Array(bytes))
        meter.add(channelData[0] ?? new Float32Array())
        if (performance.now() > deadline) return null
      }
      const last = await decoder.flush()
      meter.add(last.channelData[0] ?? new Float32Array())
      return meter.result()
    } catch {
      return null // it is broken somewhere: whoever plays it will hear where
    } finally {
      source.destroy()
      await decoder.free()
    }
  })
}

function createMeter() {
  const loudnesses: number[] = []
  let samples = 0
  let sum = 0
  let inWindow = 0
  return {
    add(sound: Float32Array) {
      samples += sound.length
      for (const sample of sound) {
        sum += Math.abs(sample)
        inWindow += 1
        if (inWindow < windowSamples) continue
        if (loudnesses.length < windowsMax) loudnesses.push(sum / inWindow)
        sum = 0
        inWindow = 0
      }
    },
    result(): HeardVoice | null {
      if (samples === 0) return null
      const all = inWindow === 0 ? loudnesses : [...loudnesses, sum / inWindow]
      const heights = Array.from({ length: bars }, (_, bar) => loudnessOf(all, bar))
      const loudest = Math.max(...heights) || 1
      const bytes = heights.map((height) => Math.round((100 * height) / loudest))
      return {
        seconds: Math.max(1, Math.round(samples / samplesPerSecond)),
        waveform: Buffer.from(bytes).toString("base64"),
      }
    },
  }
}

/** The mean of the windows that a bar stands for; short sound has fewer windows than bars. */
function loudnessOf(windows: readonly number[], bar: number): number {
  const from = Math.floor((bar * windows.length) / bars)
  const to = Math.max(from + 1, Math.floor(((bar + 1) * windows.length) / bars))
  const part = windows.slice(from, to)
  return part.reduce((total, each) => total + each, 0) / Math.max(1, part.length)
}
