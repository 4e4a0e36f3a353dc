/**
 * Does `work` for each item, `max` at a time, which are started in order. After a failure nothing further is started; it
 * rejects with the first failure when what is under way has ended. (In groups, so that what they write leaves together.)
 */
export async function inOrder<T>(items: readonly T[], max: number, work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += max) {
    const results = await Promise.allSettled(items.slice(start, start + max).map((item) => work(item)))
    const failed = results.find((result) => result.status === "rejected")
    if (failed !== undefined) throw failed.reason
  }
}
