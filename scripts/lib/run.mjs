import { spawn } from "node:child_process"
import { delimiter, join } from "node:path"
import { pnpmBin } from "./dependencies.mjs"
import { root } from "./say.mjs"

/**
 * Runs a command in the foreground and returns its exit code. Signals go on to it; when whoever started us has gone
 * (npm dies without telling its grandchildren), the command is asked to end.
 */
export async function runUntilEnd(file, args) {
  const path = [join(root, "node_modules/.bin"), pnpmBin, process.env.PATH].join(delimiter)
  const quiet = { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", TURBO_NO_UPDATE_NOTIFIER: "1" }
  const child = spawn(file, args, { cwd: root, env: { ...process.env, ...quiet, PATH: path }, stdio: "inherit" })
  const parent = process.ppid
  const watch = setInterval(() => process.ppid !== parent && child.kill("SIGTERM"), 500)
  // Ctrl-C reaches the whole group, a signal by number only us: the command hears of both and counts one.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
  const code = await new Promise((resolve) => {
    child.once("error", () => resolve(1))
    child.once("exit", (exitCode) => resolve(exitCode ?? 1))
  })
  clearInterval(watch)
  return code
}
