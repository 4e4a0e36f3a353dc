/**
 * Places where a test kills the process: `WILDCAT_FAULT_POINT=<name>` (or `<name>:3` for the third passage), honoured
 * only with `NODE_ENV=test`. The process ends as if the power went: no handler runs, nothing is flushed.
 */
const [armed, passages] =
  process.env["NODE_ENV"] === "test" ? (process.env["WILDCAT_FAULT_POINT"] ?? "").split(":") : []
let left = Number(passages ?? "1")

/** Dies here when this point is the armed one; does nothing otherwise. */
export function faultPoint(name: FaultPoint): void {
  if (armed !== name) return
  left -= 1
  if (left === 0) process.kill(process.pid, "SIGKILL")
}

/** Every point: `<part>.<after what>-before-<what>`. */
export const faultPoints = [
  "inbound.after-decrypt-before-commit",
  "inbound.after-commit-before-receipt",
  "outbound.after-stage-before-commit",
  "outbound.after-commit-before-frame",
  "outbound.after-frame-before-ack",
  "pump.after-messages-before-publish",
  "pump.after-publish-before-remove",
  "media.after-store-before-publish",
  "media.after-publish-before-ack",
  "delivery.after-insert-before-ack",
  "delivery.after-attempt-record-before-request",
  "delivery.after-request-before-outcome",
] as const
export type FaultPoint = (typeof faultPoints)[number]
