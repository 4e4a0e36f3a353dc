// npm start: the whole gateway on this machine, against the real WhatsApp.
import { join } from "node:path"
import { root, startServers, startStack, untilStopped } from "@wildcat/testkit"
import { lockFolder } from "./lib/run-lock.ts"
import { localSecrets } from "./lib/secrets.ts"
import { settingsOfThePerson } from "./lib/settings-of-the-person.ts"
import { supervise } from "./lib/supervise.ts"

const folder = join(root, ".runtime/data")
const keyFile = join(folder, "admin-api-key")
const tell = (text: string) => process.stderr.write(`${text}\n`)
const started = performance.now()
let unlock = () => undefined

try {
  unlock = lockFolder(folder)
  await run()
} catch (error) {
  tell(`✗ ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  unlock()
}

async function run(): Promise<void> {
  const servers = await startServers(folder)
  try {
    const stack = await startStack({
      ...servers,
      ...localSecrets(folder),
      database: "wildcat",
      prefix: "wildcat",
      apiPort: Number(process.env["API_PORT"] ?? 3000),
      env: { LOG_LEVEL: "warn", ADMIN_API_KEY_FILE: keyFile, ...settingsOfThePerson() },
      onLine: (service, line) => process.stdout.write(`${service.padEnd(18)} ${line}\n`),
    })
    tell(
      `\nWildcat is up (${((performance.now() - started) / 1_000).toFixed(1)} s)\n` +
        `  API        ${stack.apiUrl}   (reference: ${stack.apiUrl}/docs)\n` +
        `  Admin key  in ${process.env["ADMIN_API_KEY_FILE"] ?? keyFile}\n  Stop with Ctrl-C\n`,
    )
    const leave = supervise(stack, tell)
    await untilStopped()
    tell("stopping …")
    leave()
    await stack.stop()
  } finally {
    await servers.stop()
  }
}
