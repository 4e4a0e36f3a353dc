import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** The secrets of a local installation, made once and kept in files that only their owner can read. */
export function localSecrets(folder: string): { secretsKey: string; pepper: string } {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return { secretsKey: secret(join(folder, "secrets-key")), pepper: secret(join(folder, "api-key-pepper")) }
}

function secret(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600 })
  return readFileSync(file, "utf8").trim()
}
