import { z } from "zod"
import { AnyEnvelope } from "@wildcat/shared/contracts"
import type { Delivered } from "@wildcat/shared/bus"
import type { Logger } from "@wildcat/shared/runtime"

type Envelope = z.infer<typeof AnyEnvelope>

/** An event as the dispatcher routes it: its data may be of a release newer than this one. */
export interface RoutedEvent {
  envelope: Envelope
  /** Position in the stream. */
  position: number
  /** The exact JSON that endpoints get. */
  body: string
  /** Set on a message with media: message and media that its delivery waits for. */
  waitsFor: { message: string; media: string } | null
  /** Set on the end of a media's way: nothing waits for it any longer. */
  endsMedia: string | null
}

const MessageWithMedia = z.object({ id: z.string(), media: z.object({ id: z.string() }) })
const MediaEnd = z.object({ media: z.object({ id: z.string() }) })

/** Reads the events of a batch. What is no event at all is logged and passed over: it would fail for ever. */
export function readEvents(messages: readonly Delivered[], log: Logger): RoutedEvent[] {
  return messages.flatMap(({ payload, sequence }) => {
    const parsed = AnyEnvelope.safeParse(payload)
    if (parsed.success) return [routed(parsed.data, JSON.stringify(payload), sequence)]
    log.error({ sequence, error: parsed.error }, "event.not_valid")
    return []
  })
}

function routed(envelope: Envelope, body: string, position: number): RoutedEvent {
  return { envelope, position, body, waitsFor: waitOf(envelope), endsMedia: mediaEndOf(envelope) }
}

function waitOf({ type, data }: Envelope): RoutedEvent["waitsFor"] {
  if (type !== "message.received" && type !== "message.sent") return null
  const message = MessageWithMedia.safeParse(data)
  return message.success ? { message: message.data.id, media: message.data.media.id } : null
}

function mediaEndOf({ type, data }: Envelope): string | null {
  if (type !== "media.stored" && type !== "media.failed") return null
  const end = MediaEnd.safeParse(data)
  return end.success ? end.data.media.id : null
}
