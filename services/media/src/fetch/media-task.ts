import { tasks } from "@wildcat/shared/contracts"
import type { TaskPayload } from "@wildcat/shared/contracts"
import { done, publishEvent, requestCommand } from "@wildcat/shared/bus"
import type { Bus, Delivered, Outcome } from "@wildcat/shared/bus"
import { faultPoint, jittered } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { StoredMedia } from "@wildcat/shared/store"
import { createDownloadCounter } from "./download-counter.ts"
import { fetchMedia } from "./fetch-media.ts"
import type { FetchParts, MediaMessage } from "./fetch-media.ts"
import { failedEvent, storedEvent } from "./media-events.ts"
import { MediaFailure, mediaFailures } from "./media-failure.ts"

type Task = TaskPayload<"media.fetch">
interface Parts extends FetchParts {
  bus: Bus
  log: Logger
}

const { schema, retryDelaysMs, triesMax } = tasks["media.fetch"]

/**
 * Handles one task: fetch, store, note it in the message, announce it. Every step finds what an earlier, interrupted
 * try left behind, so it may be repeated after any of them.
 */
export function createMediaTaskHandler(parts: Parts): (delivered: Delivered) => Promise<Outcome> {
  const downloads = createDownloadCounter()
  return async (delivered) => {
    const parsed = schema.safeParse(delivered.payload)
    if (!parsed.success) return { kind: "reject", why: "the task is not valid" }
    const task = parsed.data
    const message = await findMessage(parts, task)
    if (message === null) return withoutMessage(delivered)
    if (message.media.status === "failed" && task.attempt === undefined) {
      return announceFailed(parts, task, message, message.media.error)
    }
    const present = await parts.store.media.find(task.media)
    if (present) return announceStored(parts, task, message, present)
    try {
      return await announceStored(parts, task, message, await fetchOrAskAgain(parts, message))
    } catch (error) {
      if (!(error instanceof MediaFailure)) throw error
      return afterFailure(parts, { task, message, failure: error, tries: downloads.count(task.attempt ?? task.media) })
    }
  }
}

/** WhatsApp deletes media after some weeks; the account's phone, if it still has one, uploads it again when asked. */
async function fetchOrAskAgain(parts: Parts, message: MediaMessage): Promise<StoredMedia> {
  try {
    return await fetchMedia(parts, message)
  } catch (error) {
    if (!(error instanceof MediaFailure) || error.code !== "gone") throw error
    return fetchMedia(parts, message, await askAgain(parts, message, error))
  }
}

async function askAgain({ bus, log }: Parts, message: MediaMessage, gone: MediaFailure): Promise<string> {
  const { account, _id } = message
  try {
    return (await requestCommand(bus, { account, verb: "media.reupload", request: { message: _id } })).directPath
  } catch (error) {
    log.info({ message: _id, error }, "media.not_uploaded_again")
    throw gone
  }
}

async function findMessage({ store }: Parts, task: Task): Promise<MediaMessage | null> {
  const message = await store.collections.messages.findOne({
    _id: task.message,
    tenant: task.tenant,
    account: task.account,
    "media.id": task.media,
  })
  return message?.media ? { ...message, media: message.media } : null
}

/** The message comes before its task; when it is missing for long, its account was deleted. */
function withoutMessage({ tries }: Delivered): Outcome {
  if (tries >= triesMax) return { kind: "reject", why: "the message of the media does not exist" }
  return { kind: "retry", afterMs: jittered(retryDelaysMs, tries), why: "the message of the media is not there yet" }
}

async function announceStored(parts: Parts, task: Task, message: MediaMessage, stored: StoredMedia): Promise<Outcome> {
  faultPoint("media.after-store-before-event")
  const noted = await setStatus(parts, task, { "media.status": "stored", "media.error": null })
  if (!noted) {
    await parts.store.media.delete(task.media)
    return { kind: "reject", why: "the message was deleted while its media was fetched" }
  }
  await publishEvent(parts.bus, storedEvent(task, message, stored))
  faultPoint("media.after-event-before-ack")
  parts.log.info({ media: task.media, account: task.account, bytes: stored.bytes }, "media.stored")
  return done
}

async function afterFailure(
  parts: Parts,
  { task, message, failure, tries }: { task: Task; message: MediaMessage; failure: MediaFailure; tries: number },
): Promise<Outcome> {
  const { text, triesMax } = mediaFailures[failure.code]
  parts.log.warn({ media: task.media, code: failure.code, tries, error: failure.cause }, "media.fetch_failed")
  if (tries < triesMax) return { kind: "retry", afterMs: jittered(retryDelaysMs, tries), why: failure.code }
  return announceFailed(parts, task, message, { code: failure.code, text })
}

async function announceFailed(
  parts: Parts,
  task: Task,
  message: MediaMessage,
  error: { code: string; text: string } | null,
): Promise<Outcome> {
  const reason = error ?? { code: "unavailable", text: mediaFailures.unavailable.text }
  await setStatus(parts, task, { "media.status": "failed", "media.error": reason })
  await publishEvent(parts.bus, failedEvent(task, message, reason, new Date()))
  return done
}

async function setStatus(
  { store }: Parts,
  task: Task,
  fields: { "media.status": "stored" | "failed"; "media.error": { code: string; text: string } | null },
): Promise<boolean> {
  const result = await store.collections.messages.updateOne(
    { _id: task.message, "media.id": task.media },
    { $set: fields },
  )
  return result.matchedCount === 1
}
