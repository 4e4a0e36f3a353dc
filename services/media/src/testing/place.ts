import { Binary } from "mongodb"
import { newId } from "@wildcat/shared/contracts"
import type { TaskPayload } from "@wildcat/shared/contracts"
import type { MessageDoc } from "@wildcat/shared/store"
import { contactMessage, openTestPlace } from "@wildcat/shared/testing"
import { isolated } from "@wildcat/testkit"

type MediaMessage = MessageDoc & { media: NonNullable<MessageDoc["media"]> }

/** A database and streams of one test file's own, with messages whose media are to be fetched. */
export async function openPlace() {
  const place = await openTestPlace(isolated())
  return {
    ...place,
    /** Stores a message whose media is still to be fetched; `raw` is its protobuf. */
    async message(raw: Buffer): Promise<MediaMessage> {
      const doc = imageMessage()
      const sealed = new Binary(place.box.seal(raw, `message:${doc._id}`))
      await place.store.collections.messages.insertOne({ ...doc, raw: sealed })
      return { ...doc, raw: sealed }
    },
  }
}

export type Place = Awaited<ReturnType<typeof openPlace>>

export function taskOf({ tenant, account, _id, media }: MediaMessage): TaskPayload<"media.fetch"> {
  return { tenant, account, message: _id, media: media.id, event: newId("event") }
}

function imageMessage(): MediaMessage {
  const media = {
    id: newId("media"),
    kind: "image" as const,
    mimetype: "image/png",
    bytes: null,
    sha256: null,
    fileName: null,
    url: "https://localhost/",
    urlExpiresAt: new Date().toISOString(),
    status: "pending" as const,
    error: null,
  }
  const owner = { tenant: newId("tenant"), account: newId("account") }
  return { ...contactMessage(owner, { content: { type: "image", caption: null } }), media }
}
