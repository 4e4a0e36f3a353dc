import { randomBytes } from "node:crypto"
import { Binary } from "mongodb"
import { isolated } from "@wildcat/testkit"
import { newId } from "@wildcat/shared/contracts"
import type { TaskPayload } from "@wildcat/shared/contracts"
import { connectBus, provisionStreams } from "@wildcat/shared/bus"
import { createLogger, createSecretBox } from "@wildcat/shared/runtime"
import { connectStore } from "@wildcat/shared/store"
import type { MessageDoc } from "@wildcat/shared/store"

export const log = createLogger({ service: "test", level: "silent" })

/** A database and streams of one test file's own. */
export async function openPlace() {
  const place = isolated()
  const secretsKey = randomBytes(32).toString("hex")
  const box = createSecretBox(secretsKey)
  const store = await connectStore({ mongoUrl: place.mongoUrl, database: place.database, name: "test", log })
  const bus = await connectBus({ natsUrl: place.natsUrl, prefix: place.prefix, name: "test", log })
  await provisionStreams(bus, { replicas: 1, eventsDays: 1 })
  return {
    store,
    bus,
    box,
    env: {
      NODE_ENV: "test",
      SECRETS_KEY: secretsKey,
      MONGO_URL: place.mongoUrl,
      MONGO_DATABASE: place.database,
      NATS_URL: place.natsUrl,
      NATS_PREFIX: place.prefix,
    },
    /** Stores a message whose media is still to be fetched; `raw` is its protobuf. */
    async message(raw: Buffer): Promise<MessageDoc & { media: NonNullable<MessageDoc["media"]> }> {
      const doc = messageDoc()
      const sealed = new Binary(box.seal(raw, `message:${doc._id}`))
      await store.collections.messages.insertOne({ ...doc, raw: sealed })
      return { ...doc, raw: sealed }
    },
    async close() {
      await bus.close()
      await store.close()
      await place.cleanup()
    },
  }
}

export type Place = Awaited<ReturnType<typeof openPlace>>

export function taskOf(message: MessageDoc & { media: { id: string } }): TaskPayload<"media.fetch"> {
  const { tenant, account, _id, media } = message
  return { tenant, account, message: _id, media: media.id, event: newId("event") }
}

function messageDoc() {
  const nobody = { pn: null, lid: null }
  return {
    _id: newId("message"),
    tenant: newId("tenant"),
    account: newId("account"),
    waId: "3EB0",
    chat: { jid: "4915112345678@s.whatsapp.net", kind: "direct" as const, ...nobody },
    author: nobody,
    authorName: null,
    fromMe: false,
    source: "contact" as const,
    timestamp: new Date(),
    content: { type: "image" as const, caption: null },
    media: {
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
    },
    quoted: null,
    mentions: [],
    status: null,
    timeline: [],
    error: null,
    createdAt: new Date(),
  }
}
