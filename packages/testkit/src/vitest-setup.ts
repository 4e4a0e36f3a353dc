import { startServers } from "./servers/start-servers.ts"

/** Vitest's globalSetup: gives the test run its servers. `scripts/test.ts` starts them once for all projects. */
export default async function setup(): Promise<() => Promise<void>> {
  const servers = await startServers()
  process.env["MONGO_URL"] = servers.mongoUrl
  process.env["NATS_URL"] = servers.natsUrl
  return () => servers.stop()
}
