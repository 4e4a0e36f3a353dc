/**
 * A named place where a test kills the process as `kill -9` would: when NODE_ENV is `test` and WILDCAT_FAULT_POINT holds
 * the name. Does nothing otherwise.
 */
export function faultPoint(name: string): void {
  if (process.env["NODE_ENV"] !== "test" || process.env["WILDCAT_FAULT_POINT"] !== name) return
  process.kill(process.pid, "SIGKILL")
  // The signal is delivered at once, but nothing that follows may run in between.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}
