import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"

const source = fileURLToPath(new URL("service.ts", import.meta.url))

/** A service that says "ready" as soon as it runs, and nothing afterwards until it is told to stop. */
function startService() {
  const code = `
    const { runService } = await import(${JSON.stringify(source)})
    await runService({ name: "quiet", config: {}, healthPort: null, start: () => Promise.resolve() })
    setInterval(() => undefined, 60_000)`
  return spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] })
}

test("a service ends when it is told to, although nobody reads its log any more", async () => {
  const child = startService()
  await once(child.stdout, "data")
  const exited = once(child, "exit")
  child.stdout.destroy()
  child.kill("SIGTERM")
  expect(await exited).toEqual([0, null])
})
