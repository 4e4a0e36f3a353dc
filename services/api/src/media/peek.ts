import { Readable } from "node:stream"

/** Reads the first bytes of a stream and gives them together with a stream of everything. */
export async function peek(source: Readable, bytes: number): Promise<{ head: Buffer; whole: Readable }> {
  const chunks: AsyncIterator<Buffer> = source[Symbol.asyncIterator]()
  const held: Buffer[] = []
  let length = 0
  while (length < bytes) {
    const next = await chunks.next()
    if (next.done) break
    held.push(next.value)
    length += next.value.length
  }
  const whole = Readable.from(
    (async function* () {
      try {
        yield* held
        for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
      } finally {
        // Whoever stops early stops the source too.
        source.destroy()
      }
    })(),
    { objectMode: false },
  )
  return { head: Buffer.concat(held).subarray(0, bytes), whole }
}
