// node scripts/bootstrap.mjs pack: builds the services and lays out each as its image has it, in .runtime/packed/<name>.
import { packServices } from "@wildcat/testkit"

const entries = await packServices()
for (const [name, entry] of Object.entries(entries)) process.stdout.write(`${name.padEnd(18)} ${entry}\n`)
