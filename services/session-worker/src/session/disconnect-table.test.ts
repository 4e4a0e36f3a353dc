import { expect, test } from "vitest"
import { endingOf, isOutOfQrCodes } from "./disconnect-table.ts"

const closed = (statusCode: number, message = "Connection Failure") =>
  Object.assign(new Error(message), { output: { statusCode } })

test.each([
  [401, "logged_out", "logged_out_by_phone", "forget"],
  [403, "failed", "banned", "stop"],
  [405, "failed", "client_outdated", "stop"],
  [408, "disconnected", "connection_timed_out", "reconnect"],
  [411, "failed", "multidevice_mismatch", "stop"],
  [428, "disconnected", "connection_lost", "reconnect"],
  [440, "disconnected", "replaced", "reconnect-few"],
  [500, "disconnected", "bad_session", "reconnect-few"],
  [503, "disconnected", "server_unavailable", "reconnect"],
  [515, "connecting", "restart_required", "restart"],
  [599, "disconnected", "unknown", "reconnect"],
] as const)("close code %i means %s, %s, %s", (code, status, reason, next) => {
  expect(endingOf(closed(code))).toEqual({ status, reason, next })
})

test("only a confirmed log-out or a forged pairing deletes credentials", () => {
  const codes = Array.from({ length: 600 }, (_, code) => code)
  expect(codes.filter((code) => endingOf(closed(code)).next === "forget")).toEqual([401])
  expect(endingOf(closed(500, "Failed to verify account signature")).next).toBe("forget")
})

test("an untrusted certificate is not taken for a lost connection", () => {
  expect(endingOf(closed(400, "noise certificate signature invalid")).reason).toBe("untrusted_server")
})

test("expired QR codes are told from other timeouts", () => {
  expect(isOutOfQrCodes(closed(408, "QR refs attempts ended"))).toBe(true)
  expect(isOutOfQrCodes(closed(408, "Connection was lost"))).toBe(false)
})
