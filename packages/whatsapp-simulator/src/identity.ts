import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Curve } from "@whiskeysockets/baileys"
import { z } from "zod"
import { createAuthority } from "./media/certificates.ts"

const identityFile = "identity.json"
const mediaCaFile = "media-ca.pem"

const identitySchema = z.object({
  root: z.object({ publicKeyHex: z.string(), privateKeyHex: z.string() }),
  mediaCa: z.object({ cert: z.string(), key: z.string() }),
})

/** Whom clients must trust: the root of the Noise certificates and the CA of the media server. */
export type SimulatorIdentity = z.infer<typeof identitySchema>

/** The identity kept in `dataDir`, so that clients' settings survive a restart; a new one when there is none. */
export async function loadIdentity(dataDir: string | undefined): Promise<SimulatorIdentity> {
  if (dataDir === undefined) return await createIdentity()
  await mkdir(dataDir, { recursive: true })
  const path = join(dataDir, identityFile)
  const kept = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined
    throw error
  })
  const identity = kept === undefined ? await createIdentity() : identitySchema.parse(JSON.parse(kept))
  await writeFile(path, JSON.stringify(identity), { mode: 0o600 })
  await writeFile(mediaCaPath(dataDir), identity.mediaCa.cert)
  return identity
}

/** Where the CA of the media server is written for `NODE_EXTRA_CA_CERTS`. */
export function mediaCaPath(dataDir: string): string {
  return join(dataDir, mediaCaFile)
}

async function createIdentity(): Promise<SimulatorIdentity> {
  const root = Curve.generateKeyPair()
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
  return {
    root: { publicKeyHex: hex(root.public), privateKeyHex: hex(root.private) },
    mediaCa: await createAuthority(),
  }
}
