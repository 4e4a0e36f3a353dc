import { spawn } from "node:child_process"
import { createReadStream, createWriteStream } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { WildcatError } from "@wildcat/shared/contracts"
import { createTurns } from "@wildcat/shared/runtime"

/** Sound that is converted: its type by its bytes → ffmpeg's reader of it. No other reader is tried on it. */
const readers: Partial<Record<string, string>> = {
  "audio/mpeg": "mp3",
  "audio/mp4": "mov",
  "audio/aac": "aac",
  "audio/amr": "amr",
  "audio/ogg": "ogg",
  "audio/wav": "wav",
  "audio/flac": "flac",
  "audio/x-flac": "flac",
  "audio/aiff": "aiff",
  "video/mp4": "mov",
  "video/quicktime": "mov",
  "video/3gpp": "mov",
  "video/webm": "matroska",
  "audio/webm": "matroska",
}

export const voiceType = "audio/ogg; codecs=opus"

const convertMs = 60_000
const secondsMax = 7_200
const bytesMax = 16 * 1024 * 1024
/** Mono, only the sound, nothing of what the file says about itself. */
const encoding = [
  ..."-vn -sn -dn -map_metadata -1 -ac 1 -ar 48000 -c:a libopus -b:a 24k -application voip -f ogg".split(" "),
  "-t",
  String(secondsMax),
  "-fs",
  String(bytesMax),
]
const { run: inTurn } = createTurns(2)

export function isConvertible(mimetype: string): boolean {
  return readerOf(mimetype) !== undefined
}

interface Sound {
  source: Readable
  mimetype: string
  /** Where it stood in the request. */
  field: string
  ffmpegPath: string
}

/**
 * Converts sound to what WhatsApp plays as a voice note, Ogg with Opus, and hands it to `use`. It goes through temporary
 * files, which are gone afterwards, whatever happens. Throws `unsupported_media_type` naming the field when ffmpeg is not
 * installed or cannot read it.
 */
export function convertToVoice<T>(sound: Sound, use: (voice: Readable) => Promise<T>): Promise<T> {
  return inTurn(async () => {
    const folder = await mkdtemp(join(tmpdir(), "wildcat-voice-"))
    try {
      const [input, output] = [join(folder, "in"), join(folder, "out.ogg")]
      await pipeline(sound.source, createWriteStream(input))
      const from = ["-f", readerOf(sound.mimetype) ?? "", "-protocol_whitelist", "file", "-i", input]
      await runFfmpeg(sound, [...from, ...encoding, output])
      return await use(createReadStream(output))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
}

function readerOf(mimetype: string): string | undefined {
  return readers[mimetype.split(";")[0] ?? ""]
}

function runFfmpeg({ field, ffmpegPath }: Sound, options: readonly string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn(ffmpegPath, ["-hide_banner", "-nostdin", "-loglevel", "error", "-y", ...options], {
    stdio: "ignore",
    timeout: convertMs,
    killSignal: "SIGKILL",
    env: { PATH: process.env["PATH"] ?? "" },
  })
  child.once("error", (error) => reject(refused(field, "is not installed here", error)))
  child.once("exit", (code, signal) => {
    if (code === 0) resolve()
    else reject(refused(field, signal === null ? "cannot read the file" : "takes too long for the file"))
  })
  return promise
}

function refused(field: string, why: string, cause?: Error): WildcatError {
  return new WildcatError("unsupported_media_type", {
    field,
    detail: `${field}: a voice note must be Ogg with Opus; ffmpeg, which converts other sound, ${why}`,
    cause,
  })
}
