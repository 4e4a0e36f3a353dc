import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { openDebianArchive } from "./debian.mjs"
import { root } from "./say.mjs"
import { unpackDeb } from "./unpack-deb.mjs"

/** Where unpacked packages land; packages/testkit looks for them there. */
const serversFolder = join(root, ".runtime/servers")
const glibcMin = 38

/**
 * Gets what is needed to run MongoDB and NATS on this machine and is not there yet. `given`: those that MONGO_URL and
 * NATS_URL name are enough (tests of outages start servers of their own whatever is given).
 */
export async function ensureServers(tell, { given }) {
  const wanted = [
    !(given && process.env.NATS_URL) && needsNats() && "nats",
    !(given && process.env.MONGO_URL) && needsGlibc() && "glibc",
  ].filter(Boolean)
  if (wanted.length === 0) return
  if (process.platform !== "linux") {
    throw new Error("install nats-server 2.10 or later (brew install nats-server), or set NATS_URL")
  }
  tell(`getting ${wanted.map((part) => parts[part].what).join(" and ")} from Debian`)
  const fetchPackage = await openDebianArchive()
  await Promise.all(wanted.map((part) => unpackPart(part, fetchPackage)))
}

const parts = {
  nats: { what: "nats-server", packages: ["nats-server"] },
  glibc: {
    what: "a C library that the embedded MongoDB engine runs on",
    packages: ["libc6", "libgcc-s1", "libstdc++6"],
  },
}

/** Renamed into place when complete, so that an interrupted run leaves nothing that looks finished. */
async function unpackPart(part, fetchPackage) {
  const folder = join(serversFolder, part)
  const partial = `${folder}.partial-${process.pid}`
  mkdirSync(partial, { recursive: true })
  try {
    for (const name of parts[part].packages) await unpackDeb(await fetchPackage(name), partial)
    if (!existsSync(folder)) renameSync(partial, folder)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

function needsNats() {
  return !existsSync(join(serversFolder, "nats")) && !hasRecentNats()
}

function hasRecentNats() {
  try {
    const version = execFileSync("nats-server", ["--version"], { stdio: ["ignore", "pipe", "ignore"] })
    const [, major, minor] = /v(\d+)\.(\d+)/.exec(version.toString()) ?? []
    return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 10)
  } catch {
    return false // not installed
  }
}

/** The engine needs glibc 2.38; an older system runs it under an unpacked newer one. */
function needsGlibc() {
  if (process.platform !== "linux" || existsSync(join(serversFolder, "glibc"))) return false
  process.report.excludeNetwork = true
  const version = process.report.getReport().header.glibcVersionRuntime
  return version !== undefined && Number(version.split(".")[1]) < glibcMin
}
