import { randomBytes } from "node:crypto"
import { connectBus, provisionStreams } from "../bus/index.ts"
import type { Bus } from "../bus/index.ts"
import { createLogger, createSecretBox } from "../runtime/index.ts"
import type { SecretBox } from "../runtime/index.ts"
import { connectStore } from "../store/index.ts"
import type { Store } from "../store/index.ts"

export const silentLog = createLogger({ service: "test", level: "silent" })

/** A database and streams of one test's own. */
export interface TestPlace {
  store: Store
  bus: Bus
  /** Opens what services seal there. */
  box: SecretBox
  /** Settings of a service that runs there. */
  env: Record<string, string>
  close(): Promise<void>
}

/** Connects to a part of the test servers (`isolated()` of the testkit); `close` cleans it up. */
export async function openTestPlace(part: {
  mongoUrl: string
  database: string
  natsUrl: string
  prefix: string
  cleanup(): Promise<void>
}): Promise<TestPlace> {
  const { mongoUrl, database, natsUrl, prefix } = part
  const secretsKey = randomBytes(32).toString("hex")
  const store = await connectStore({ mongoUrl, database, name: "test", log: silentLog })
  const bus = await connectBus({ natsUrl, prefix, name: "test", log: silentLog })
  await provisionStreams(bus, { replicas: 1, eventsDays: 1 })
  return {
    store,
    bus,
    box: createSecretBox(secretsKey),
    env: {
      NODE_ENV: "test",
      SECRETS_KEY: secretsKey,
      MONGO_URL: mongoUrl,
      MONGO_DATABASE: database,
      NATS_URL: natsUrl,
      NATS_PREFIX: prefix,
    },
    async close() {
      await bus.close()
      await store.close()
      await part.cleanup()
    },
  }
}
