import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { gunzipSync } from "node:zlib"

const run = promisify(execFile)
/** Debian 13: its packages run unpacked on Debian 12 too, and its index is signed by keys that both have. */
const suite = "trixie"
const architecture = process.arch === "arm64" ? "arm64" : "amd64"
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

/**
 * Opens Debian's archive: signed index → checksum of a package → its bytes, each checked. No root is needed.
 * Returns `fetchPackage(name)`, which answers the .deb file. Throws where the machine knows no mirror.
 */
export async function openDebianArchive() {
  const mirror = mirrorOfThisMachine()
  const index = await packageIndex(mirror)
  return async (name) => {
    const { file, sha256 } = find(index, name)
    return verified(await download(`${mirror}/${file}`), sha256, name)
  }
}

/** The mirror of WILDCAT_DEBIAN_MIRROR, else that of apt's configuration, else Debian's own on a Debian without one. */
function mirrorOfThisMachine() {
  const mirror = process.env.WILDCAT_DEBIAN_MIRROR || mirrorOfApt() || mirrorOfDebian()
  if (mirror === undefined) {
    throw new Error(
      "this machine knows no Debian mirror to get servers from: install nats-server 2.10 or later, set MONGO_URL and " +
        "NATS_URL to servers of yours, or set WILDCAT_DEBIAN_MIRROR to the address of a mirror",
    )
  }
  return mirror.replace(/\/$/, "")
}

function mirrorOfApt() {
  const sources = ["/etc/apt/sources.list", ...filesIn("/etc/apt/sources.list.d")].filter((file) =>
    /\.(list|sources)$/.test(file),
  )
  const lines = sources.flatMap((file) => textOf(file).split("\n")).filter((line) => !line.startsWith("#"))
  return lines.join("\n").match(/https?:\/\/\S+\/debian(?=[\s/]|$)/)?.[0]
}

function mirrorOfDebian() {
  const release = textOf("/etc/os-release")
  const [, home] = /^HOME_URL="https?:\/\/www\.([^/"]+)/m.exec(release) ?? []
  return /^ID=debian$/m.test(release) && home ? `http://deb.${home}/debian` : undefined
}

function textOf(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : ""
}

function filesIn(folder) {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
}

async function packageIndex(mirror) {
  const release = await signedRelease(mirror)
  const path = `main/binary-${architecture}`
  const [, sha256] = release.match(new RegExp(`^ ([0-9a-f]{64}) +\\d+ ${path}/Packages\\.gz$`, "m")) ?? []
  if (sha256 === undefined) throw new Error("Debian's index does not list its packages")
  const packed = await download(`${mirror}/dists/${suite}/${path}/by-hash/SHA256/${sha256}`)
  return gunzipSync(verified(packed, sha256, "the package index")).toString()
}

/** The signature is checked wherever Debian's keys and gpgv are on the machine. */
async function signedRelease(mirror) {
  const release = await download(`${mirror}/dists/${suite}/InRelease`)
  if (!existsSync(keyring) || !existsSync("/usr/bin/gpgv")) return release.toString()
  const checking = run("gpgv", ["--keyring", keyring, "--output", "-"], { maxBuffer: 1 << 24 })
  checking.child.stdin.end(release)
  return (await checking).stdout
}

function find(index, name) {
  const start = index.indexOf(`\nPackage: ${name}\n`)
  const stanza = start < 0 ? "" : index.slice(start + 1, index.indexOf("\n\n", start))
  const [, file] = stanza.match(/^Filename: (.+)$/m) ?? []
  const [, sha256] = stanza.match(/^SHA256: (.+)$/m) ?? []
  if (file === undefined || sha256 === undefined) throw new Error(`Debian has no package ${name}`)
  return { file, sha256 }
}

/** Three tries: a mirror now and then drops a connection. */
async function download(url) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(120_000) })
      if (response.ok) return Buffer.from(await response.arrayBuffer())
      throw new Error(`it answered ${response.status}`)
    } catch (error) {
      const reason = error.cause?.message ?? error.message
      if (attempt === 3) throw new Error(`cannot get ${url}: ${reason}`, { cause: error })
    }
  }
}

function verified(bytes, sha256, what) {
  if (createHash("sha256").update(bytes).digest("hex") !== sha256) throw new Error(`${what} is damaged`)
  return bytes
}
