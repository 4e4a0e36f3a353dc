/**
 * Waits for Ctrl-C, SIGTERM, a closed terminal, or the end of the bootstrap that started us. From then on such signals
 * do nothing more: an impatient second Ctrl-C must not cut an orderly stop short.
 */
export function untilStopped(): Promise<void> {
  const parent = process.ppid
  return new Promise((resolve) => {
    const watch = setInterval(() => process.ppid !== parent && done(), 500)
    const done = () => {
      clearInterval(watch)
      resolve()
    }
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, done)
    watch.unref()
  })
}
