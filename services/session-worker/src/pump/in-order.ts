/**
 * Starts `work` for each item in order, at most `max` at a time. After a failure nothing further is started; it rejects
 * with the first failure when what is under way has ended.
 */
export async function inOrder<T>(items: readonly T[], max: number, work: (item: T) => Promise<void>): Promise<void> {
  const underWay: Promise<void>[] = []
  let failure: { error: unknown } | null = null
  for (const item of items) {
    if (underWay.length >= max) await underWay.shift()
    if (failure !== null) break
    underWay.push(
      work(item).catch((error: unknown) => {
        failure ??= { error }
      }),
    )
  }
  await Promise.all(underWay)
  throwIf(failure)
}

function throwIf(failure: { error: unknown } | null): void {
  if (failure !== null) throw failure.error
}
