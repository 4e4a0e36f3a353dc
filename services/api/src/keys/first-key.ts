import { createHmac } from "node:crypto"
import { rename, writeFile } from "node:fs/promises"
import { derivedId } from "@wildcat/shared/contracts"
import { firstConnection } from "@wildcat/shared/runtime"
import type { Logger, SecretBox } from "@wildcat/shared/runtime"
import { isDuplicateKey } from "@wildcat/shared/store"
import type { Store } from "@wildcat/shared/store"
import { apiKeyOf, keyIdOf } from "./api-key.ts"
import type { KeyHasher } from "./api-key.ts"

interface Parts {
  store: Store
  hasher: KeyHasher
  box: SecretBox
  pepperHex: string
  /** ADMIN_API_KEY */
  given: string | undefined
  /** ADMIN_API_KEY_FILE */
  file: string | undefined
  log: Logger
}

/** The tenant of the installation's operator. */
export const firstTenant = derivedId("tenant", "first")
const generatedId = derivedId("apiKey", "first")

/**
 * Makes the first tenant and its admin key, unless they exist. Any number of processes may do it at once, and any of them
 * may die in between: everybody makes the same documents, and a generated key is computed from the secrets of the
 * installation, so each writes the same file. Waits for MongoDB as long as it takes.
 * Throws when there is no key at all and none can be made.
 */
export async function ensureFirstKey(parts: Parts): Promise<void> {
  const { given, file, log } = parts
  const id = given === undefined ? generatedId : keyIdOf(given)
  if (id === null) throw new Error("ADMIN_API_KEY has not the form of an API key")
  const made = await firstConnection("first API key", log, () =>
    given === undefined ? makeGenerated(parts) : makeGiven(parts, id, given),
  )
  if (made === "none") {
    throw new Error("there is no API key yet: set ADMIN_API_KEY, or ADMIN_API_KEY_FILE to have one generated")
  }
  if (made === "theirs" || file === undefined) return
  await writeKey(file, generatedKey(parts))
  log.info({ file }, "admin_key.written")
}

/** `ours`: the generated key is valid; `theirs`: there are others; `none`: there is no key, and no place for a generated one. */
type Made = "ours" | "theirs" | "none"

async function makeGenerated(parts: Parts): Promise<Made> {
  await makeTenant(parts)
  const { apiKeys } = parts.store.models
  const key = generatedKey(parts)
  if ((await apiKeys.findOne({}, { _id: 1 })) === null) {
    if (parts.file === undefined) return "none"
    await insert(parts, generatedId, key)
  }
  const found = await apiKeys.findById(generatedId)
  return found?.revokedAt === null && parts.hasher.matches(key, found.hash) ? "ours" : "theirs"
}

async function makeGiven(parts: Parts, id: string, given: string): Promise<Made> {
  await makeTenant(parts)
  await insert(parts, id, given)
  // The operator may have changed the pepper, or the secret behind the same id; a revoked key stays revoked.
  await parts.store.models.apiKeys.updateOne({ _id: id, revokedAt: null }, { $set: { hash: parts.hasher.hash(given) } })
  return "theirs"
}

function makeTenant({ store }: Parts): Promise<void> {
  return unlessThere(store.models.tenants.create({ _id: firstTenant, name: "default", createdAt: new Date() }))
}

async function insert(parts: Parts, id: string, key: string): Promise<void> {
  const doc = {
    _id: id,
    tenant: firstTenant,
    name: "first admin key",
    hash: parts.hasher.hash(key),
    scopes: ["admin" as const],
    account: null,
    createdAt: new Date(),
    expiresAt: null,
    revokedAt: null,
  }
  await unlessThere(parts.store.models.apiKeys.create(doc))
}

function generatedKey(parts: Parts): string {
  const root = parts.box.deriveKey("first admin key")
  return apiKeyOf(generatedId, createHmac("sha256", root).update(parts.pepperHex).digest())
}

/** Written beside its place and moved: nobody reads half a key, or a key that others may read. */
async function writeKey(file: string, key: string): Promise<void> {
  const draft = `${file}.${process.pid}`
  await writeFile(draft, `${key}\n`, { mode: 0o600 })
  await rename(draft, file)
}

async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
  }
}
