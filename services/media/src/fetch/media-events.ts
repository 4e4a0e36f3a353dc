import { derivedId } from "@wildcat/shared/contracts"
import type { EventData, MediaRef, TaskPayload, WildcatEvent } from "@wildcat/shared/contracts"
import type { StoredMedia } from "@wildcat/shared/store"
import type { MediaMessage } from "./fetch-media.ts"

type MediaEvent = WildcatEvent & { account: string }
type Task = TaskPayload<"media.fetch">

/** The event that a media was stored: the same for every try of the task, so that a repeated publish is recognised. */
export function storedEvent(task: Task, message: MediaMessage, stored: StoredMedia): MediaEvent {
  const media = { ...refOf(message), bytes: stored.bytes, sha256: stored.sha256 }
  return {
    ...envelope(task, "media.stored", stored.storedAt),
    type: "media.stored",
    data: { message: message._id, media },
  }
}

/** The event that a media could not be had, for good. */
export function failedEvent(
  task: Task,
  message: MediaMessage,
  error: EventData<"media.failed">["error"],
  at: Date,
): MediaEvent {
  const data = { message: message._id, media: refOf(message), error }
  return { ...envelope(task, "media.failed", at), type: "media.failed", data }
}

function envelope(task: Task, type: "media.stored" | "media.failed", time: Date) {
  return {
    specversion: "1.0" as const,
    id: derivedId("event", task.media, type, ...(task.attempt === undefined ? [] : [task.attempt])),
    source: `/accounts/${task.account}`,
    time: time.toISOString(),
    datacontenttype: "application/json" as const,
    tenant: task.tenant,
    account: task.account,
    causedby: task.event,
  }
}

/** The message's media as events carry it: without our own status of it. */
function refOf({ media }: MediaMessage): MediaRef {
  const { status: _status, error: _error, ...ref } = media
  return ref
}
