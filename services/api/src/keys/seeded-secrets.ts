import { createHmac } from "node:crypto"
import type { SecretBox } from "@wildcat/shared/runtime"

/**
 * Secrets that a repeated call must make again: derived from its seed under a key that only the installation has. The seed
 * alone tells nothing.
 */
export type SeededSecrets = (purpose: string, seed: string) => Buffer

export function createSeededSecrets(box: SecretBox): SeededSecrets {
  const root = box.deriveKey("seeded secrets")
  return (purpose, seed) => createHmac("sha256", root).update(`${purpose}\n${seed}`).digest()
}
