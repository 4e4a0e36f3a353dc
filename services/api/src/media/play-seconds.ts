import type { Readable } from "node:stream"
import { parseStream } from "music-metadata"
import { createTurns } from "@wildcat/shared/runtime"

const readMs = 5_000
const { run: inTurn } = createTurns(2)

/** How long a sound or film plays; null when its file does not say so within some seconds. */
export function playSeconds(
  source: Readable,
  { mimetype, bytes }: { mimetype: string; bytes: number },
): Promise<number | null> {
  return inTurn(async () => {
    const late = setTimeout(() => source.destroy(new Error("it takes too long")), readMs)
    try {
      const { format } = await parseStream(
        source,
        { mimeType: mimetype, size: bytes },
        { duration: false, skipCovers: true },
      )
      return format.duration === undefined ? null : Math.round(format.duration)
    } catch {
      return null // not what it says it is, or broken: clients show no length
    } finally {
      clearTimeout(late)
      source.destroy()
    }
  })
}
