import { expect, test, vi } from "vitest"
import { silenceConsole } from "./silence-console.ts"

test("nothing that a library prints through the console is written, private keys included", () => {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true)
  const complained = vi.spyOn(process.stderr, "write").mockReturnValue(true)
  silenceConsole()
  for (const method of ["log", "info", "warn", "error", "debug", "trace", "dir"] as const) console[method]("privKey")
  expect([...written.mock.calls, ...complained.mock.calls]).toEqual([])
  vi.restoreAllMocks()
})
