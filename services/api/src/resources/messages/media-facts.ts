import type { MediaFacts } from "@wildcat/shared/contracts"
import { seePicture } from "../../media/picture.ts"
import { playSeconds } from "../../media/play-seconds.ts"
import { hearVoice } from "../../media/waveform.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import type { MediaSend } from "./send-body.ts"

/** What recipients are shown of a file before they have fetched it; null when there is nothing. Throws as `seePicture`. */
export async function factsOf(tenant: TenantAccess, content: MediaSend, id: string): Promise<MediaFacts | null> {
  if (content.type === "document") return null
  const [stored, stream] = await Promise.all([tenant.media.find(id), tenant.media.open(id)])
  if (stored === null || stream === null) return null
  if (content.type === "image") return seePicture(stream, "content.media")
  if (content.type === "sticker") {
    const seen = await seePicture(stream, "content.media")
    return seen && { width: seen.width, height: seen.height }
  }
  if (content.type === "audio" && content.voice === true) return hearVoice(stream)
  const seconds = await playSeconds(stream, stored)
  return seconds === null ? null : { seconds }
}
