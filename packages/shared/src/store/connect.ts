import mongoose from "mongoose"
import type { ConnectOptions } from "mongoose"
import type { Db } from "mongodb"
import { firstConnection, tolerate } from "../runtime/index.ts"
import type { Logger, ReadyCheck } from "../runtime/index.ts"
import { collectionsOf } from "./collections.ts"
import type { Collections } from "./collections.ts"
import { ensureIndexes } from "./indexes.ts"
import { createMediaStore } from "./media-store.ts"
import type { MediaStore } from "./media-store.ts"
import { modelsOn } from "./models.ts"
import type { Models } from "./models.ts"
import { repairDriver } from "./repair-driver.ts"
import { watchHeartbeats } from "./watch-heartbeats.ts"

/** The database of one installation. */
export interface Store {
  db: Db
  models: Models
  collections: Collections
  media: MediaStore
  /** Readiness: null while MongoDB answers. */
  check: ReadyCheck
  close(): Promise<void>
}

/** How long a connection may take to come about. */
const connectMsMax = 10_000
/** The driver's own default is for ever: what is never answered would never fail. Sweeps of large collections take long. */
const defaultSilenceMs = 60_000
/** The driver looks at its server every 10 s, and each look takes no longer than a connection. */
const heartbeatSilentMs = 30_000

/**
 * Connects to MongoDB (a standalone server or a replica set) and makes the indexes.
 * An acknowledged write is on the disks of a majority: set once here, for everything.
 * Waits for it as long as it takes.
 */
export async function connectStore(options: {
  mongoUrl: string
  database: string
  name: string
  log: Logger
  poolMax?: number
  /** Longest wait for a server that can take an operation, in milliseconds; 20 s by default. */
  serverWaitMs?: number
  /** Longest silence of a server during an operation, in milliseconds; a minute by default. */
  silenceMs?: number
}): Promise<Store> {
  repairDriver()
  const connection = mongoose.createConnection()
  const { silenceMs = defaultSilenceMs } = options
  const settings: ConnectOptions = {
    dbName: options.database,
    appName: options.name,
    writeConcern: { w: "majority", j: true },
    readConcernLevel: "majority",
    maxPoolSize: options.poolMax ?? 32,
    serverSelectionTimeoutMS: options.serverWaitMs ?? 20_000,
    // The driver's own default is for ever, and a pool that was emptied in an outage may keep its queue waiting that long.
    waitQueueTimeoutMS: options.serverWaitMs ?? 20_000,
    connectTimeoutMS: Math.min(silenceMs, connectMsMax),
    socketTimeoutMS: silenceMs,
    autoIndex: false,
    autoCreate: false,
    bufferCommands: false,
  }
  await firstConnection("MongoDB", options.log, () => connection.openUri(options.mongoUrl, settings))
  const client = connection.getClient()
  const db = client.db(options.database)
  const stopWatching = watchHeartbeats(client, { silentMs: heartbeatSilentMs, log: options.log })
  await firstConnection("indexes", options.log, () => ensureIndexes(db))
  return {
    db,
    models: modelsOn(connection),
    collections: collectionsOf(db),
    media: createMediaStore(db),
    check: async () => ((await db.command({ ping: 1 }))["ok"] === 1 ? null : "MongoDB does not answer"),
    close() {
      stopWatching()
      return tolerate(connection.close(), "the process ends", options.log)
    },
  }
}
