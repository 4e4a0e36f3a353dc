import { spawn } from "node:child_process"
import { join } from "node:path"
import { root, untilStopped } from "@wildcat/testkit"

/** A tool of the workspace and how to call it. */
export interface Check {
  name: string
  command: readonly [string, ...string[]]
  env?: Record<string, string>
}

const bin = (name: string) => join(root, "node_modules/.bin", name)

/** What needs no server. */
export const staticChecks: readonly Check[] = [
  { name: "format", command: [bin("oxfmt"), "--check", "."] },
  // Lint reads the types of the workspace's packages from what is built.
  { name: "build", command: [bin("turbo"), "run", "build", "--output-logs=errors-only"] },
  { name: "lint", command: [bin("oxlint"), "--type-aware", "--quiet", "."] },
  { name: "types", command: [bin("tsc"), "-p", "tsconfig.check.json"] },
  { name: "docs", command: [process.execPath, "--conditions=@wildcat/source", "scripts/docs.ts", "--check"] },
]

/** Most tests wait for processes of their own rather than compute: more files than cores keep a small machine busy. */
const pace = "--maxWorkers=3"

export function vitest(args: readonly string[], env: Record<string, string> = {}): Check {
  return {
    name: "tests",
    command: [process.execPath, join(root, "node_modules/vitest/vitest.mjs"), "run", pace, ...args],
    env: { NODE_ENV: "test", ...env },
  }
}

const stopped = untilStopped().then(() => true)

/** Runs a check with its output on ours. True when it passed; it is ended, and has not passed, when we are stopped. */
export async function passes(check: Check): Promise<boolean> {
  const started = performance.now()
  const [file, ...args] = check.command
  const child = spawn(file, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...check.env } })
  void stopped.then(() => child.kill("SIGTERM"))
  const code = await new Promise((resolve) => child.once("error", () => resolve(1)).once("exit", resolve))
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  process.stdout.write(`${code === 0 ? "✓" : "✗"} ${check.name} (${seconds} s)\n`)
  return code === 0
}
