import { startServers } from "./servers/start-servers.ts"

/**
 * Vitest's globalSetup: gives the test run its servers, unless the environment names some (as `npm test` does, which
 * starts one pair for all projects) or says `WILDCAT_TEST_SERVERS=none`. Projects are set up one after the other, so
 * the first one's servers serve all.
 */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env["WILDCAT_TEST_SERVERS"] === "none") return () => Promise.resolve()
  const servers = await startServers()
  process.env["MONGO_URL"] = servers.mongoUrl
  process.env["NATS_URL"] = servers.natsUrl
  return () => servers.stop()
}
