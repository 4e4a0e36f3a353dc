/** Waits for an answer, but not longer than this: throws `tooLate` then. The question goes on, and may be asked again meanwhile. */
export async function limited<T>(
  ms: number,
  answer: Promise<T>,
  tooLate: () => Error = () => new Error(`no answer within ${ms} ms`),
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(tooLate()), ms)
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
