import { randomBytes } from "node:crypto"

const chunkBytes = 64 * 1024

/** So many bytes that nothing can make smaller, piece by piece. */
export function* fileBytes(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= chunkBytes) yield randomBytes(Math.min(left, chunkBytes))
}
