/** Waits for Ctrl-C, SIGTERM, or the end of the bootstrap that started us. */
export function untilStopped(): Promise<void> {
  const parent = process.ppid
  return new Promise((resolve) => {
    const watch = setInterval(() => process.ppid !== parent && done(), 500)
    const done = () => {
      clearInterval(watch)
      resolve()
    }
    process.once("SIGINT", done)
    process.once("SIGTERM", done)
  })
}
