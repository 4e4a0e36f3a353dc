import { expect, test, vi } from "vitest"
import { silenceLibsignal } from "./quiet-libsignal.ts"

test("libsignal's lines, which carry private keys, are dropped and others pass", () => {
  const written = vi.spyOn(console, "info").mockImplementation(() => undefined)
  silenceLibsignal()
  const { info } = console
  info("Closing session:", { privKey: "secret" })
  info("an honest line")
  expect(written.mock.calls).toEqual([["an honest line"]])
})
