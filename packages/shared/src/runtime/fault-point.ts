/** The armed point and how often it is passed before it strikes: `WILDCAT_FAULT_POINT=<name>` or `<name>:<passage>`. */
const [armed, passage] = process.env["NODE_ENV"] === "test" ? (process.env["WILDCAT_FAULT_POINT"] ?? "").split(":") : []
let left = Number(passage ?? "1")

/**
 * A named place where a test kills the process as `kill -9` would: when NODE_ENV is `test` and WILDCAT_FAULT_POINT names
 * it (`name:3` strikes at the third passage). Does nothing otherwise.
 * Names read `<part>.<after what>-before-<what>`, e.g. `pump.after-publish-before-remove`.
 */
export function faultPoint(name: string): void {
  if (armed !== name) return
  left -= 1
  if (left > 0) return
  process.kill(process.pid, "SIGKILL")
  // The signal is delivered at once, but nothing that follows may run in between.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}
