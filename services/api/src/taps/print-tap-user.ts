import { mkdir, writeFile } from "node:fs/promises"
import { nkeys } from "nats"
import { idSchema } from "@wildcat/shared/contracts"
import { tapInbox, tapUser } from "./tap-user.ts"

/** What of `nats` has no types: a pair of an ed25519 key in NATS' form. */
interface KeyPair {
  getPublicKey(): string
  getSeed(): Uint8Array
}

const usage = `usage: print-tap-user <tenant id> [<folder for the seed>]

Prints the block for authorization.users of nats.conf, and writes the seed, which the tenant needs and the server must not
have, to <folder>/<tenant id>.nk (default: taps), readable by its owner alone. NATS_PREFIX names the installation.
`

const [tenant, folder = "taps"] = process.argv.slice(2)
const parsed = idSchema("tenant").safeParse(tenant)
if (parsed.success) await make(parsed.data)
else {
  process.stderr.write(usage)
  process.exitCode = 2
}

async function make(id: string): Promise<void> {
  const pair: KeyPair = nkeys.createUser()
  const file = `${folder}/${id}.nk`
  await mkdir(folder, { recursive: true })
  // Never over a seed that is in use.
  await writeFile(file, `${Buffer.from(pair.getSeed()).toString()}\n`, { mode: 0o600, flag: "wx" })
  const prefix = process.env["NATS_PREFIX"] ?? "wildcat"
  process.stdout.write(`${tapUser({ prefix, tenant: id, publicKey: pair.getPublicKey() })}\n`)
  process.stderr.write(`seed: ${file}; inbox prefix of the client: ${tapInbox(id)}\n`)
}
