import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { unpackDebianPackages } from "./debian.mjs"
import { root } from "./say.mjs"

/** Where unpacked packages land; packages/testkit looks for them there. */
const folder = join(root, ".runtime/servers")

/** Gets what is needed to run MongoDB and NATS on this machine and is not there yet. */
export async function ensureServers(tell) {
  if (needsNats()) {
    tell("getting nats-server from Debian")
    await unpackDebianPackages(["nats-server"], join(folder, "nats"))
  }
  if (needsGlibc()) {
    tell("getting a C library that the embedded MongoDB engine runs on, from Debian")
    await unpackDebianPackages(["libc6", "libgcc-s1", "libstdc++6"], join(folder, "glibc"))
  }
}

function needsNats() {
  return !process.env.NATS_URL && !existsSync(join(folder, "nats")) && !hasRecentNats()
}

function hasRecentNats() {
  try {
    const [, major, minor] = /v(\d+)\.(\d+)/.exec(execFileSync("nats-server", ["--version"]).toString()) ?? []
    return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 10)
  } catch {
    return false // not installed
  }
}

/** The engine needs glibc 2.38; an older system runs it under an unpacked newer one. */
function needsGlibc() {
  if (process.env.MONGO_URL || process.platform !== "linux" || existsSync(join(folder, "glibc"))) return false
  process.report.excludeNetwork = true
  const version = process.report.getReport().header.glibcVersionRuntime
  return version !== undefined && Number(version.split(".")[1]) < 38
}
