import type { RunningServer } from "./mongo.ts"

/** MongoDB and NATS as official images, when Docker answers; otherwise why not. */
export async function startContainers(): Promise<{ mongo: RunningServer; nats: RunningServer } | { missing: string }> {
  // Loaded only when asked for: testcontainers takes a while, and most machines use the embedded servers.
  const { getContainerRuntimeClient } = await import("testcontainers")
  try {
    await getContainerRuntimeClient()
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) }
  }
  const [{ MongoDBContainer }, { NatsContainer }] = await Promise.all([
    import("@testcontainers/mongodb"),
    import("@testcontainers/nats"),
  ])
  const [mongo, nats] = await Promise.all([
    new MongoDBContainer("mongo:8.0").start(),
    new NatsContainer("nats:2.10-alpine").withJetStream().start(),
  ])
  const { servers, user, pass } = nats.getConnectionOptions()
  const login = user ? `${encodeURIComponent(user)}:${encodeURIComponent(pass ?? "")}@` : ""
  return {
    mongo: { url: `${mongo.getConnectionString()}?directConnection=true`, stop: async () => void (await mongo.stop()) },
    nats: { url: `nats://${login}${[servers].flat().join(",")}`, stop: async () => void (await nats.stop()) },
  }
}
