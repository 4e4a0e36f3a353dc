// npm start: the whole gateway on this machine, against the real WhatsApp.
import { join } from "node:path"
import { root, startServers, startStack } from "@wildcat/testkit"
import { lockFolder } from "./lib/run-lock.ts"
import { localSecrets } from "./lib/secrets.ts"
import { untilStopped } from "./lib/until-stopped.ts"

const folder = join(root, ".runtime/data")
const keyFile = join(folder, "admin-api-key")
const started = performance.now()
const unlock = lockFolder(folder)
const servers = await startServers(folder)
try {
  const stack = await startStack({
    ...servers,
    ...localSecrets(folder),
    database: "wildcat",
    prefix: "wildcat",
    apiPort: Number(process.env["API_PORT"] ?? 3000),
    env: { ADMIN_API_KEY_FILE: keyFile, ...settingsOfThePerson() },
    onLine: (_service, line) => process.stdout.write(`${line}\n`),
  })
  process.stderr.write(
    `\nWildcat is up (${((performance.now() - started) / 1_000).toFixed(1)} s)\n` +
      `  API        ${stack.apiUrl}   (reference: ${stack.apiUrl}/openapi.json)\n` +
      `  Admin key  in ${keyFile}\n  Stop with Ctrl-C\n\n`,
  )
  await untilStopped()
  await stack.stop()
} finally {
  await servers.stop()
  unlock()
}

/** Whatever the person set in the environment goes on to the services, but for the servers, which stand above. */
function settingsOfThePerson(): Record<string, string> {
  const names =
    /^(LOG_LEVEL|ALLOW|WHATSAPP_|WEBHOOK_|MEDIA_(HOSTS|BYTES|LINK|WAIT|CONC)|QR_|PUBLIC_URL|API_HOST|ADMIN_API_KEY$|NODE_EXTRA_CA_CERTS|EVENTS_DAYS|ACCOUNTS_MAX)/
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (names.test(name) && value ? [[name, value]] : [])),
  )
}
