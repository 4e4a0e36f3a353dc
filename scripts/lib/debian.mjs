import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { gunzipSync } from "node:zlib"

const run = promisify(execFile)
/** Debian 13: its packages run unpacked on Debian 12 too, and its index is signed by keys that both have. */
const suite = "trixie"
const architecture = process.arch === "arm64" ? "arm64" : "amd64"
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

/**
 * Unpacks Debian packages into a folder, without root: signed index → checksum of the package → its files.
 * The mirror is the machine's own. Throws where the machine has none.
 */
export async function unpackDebianPackages(names, folder) {
  const mirror = mirrorOfThisMachine()
  const index = await packageIndex(mirror)
  const partial = `${folder}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true })
  for (const name of names) {
    const { file, sha256 } = find(index, name)
    const archive = join(partial, "package.deb")
    writeFileSync(archive, verified(await download(`${mirror}/${file}`), sha256, name))
    await run("dpkg-deb", ["--extract", archive, partial])
    rmSync(archive)
  }
  rmSync(folder, { recursive: true, force: true })
  renameSync(partial, folder)
}

/** The address of the Debian mirror in apt's configuration, or in WILDCAT_DEBIAN_MIRROR. */
function mirrorOfThisMachine() {
  const sources = ["/etc/apt/sources.list", ...filesIn("/etc/apt/sources.list.d")].filter(existsSync)
  const words = sources
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .filter((line) => !line.startsWith("#"))
  const addresses = words.join("\n").match(/https?:\/\/\S+\/debian(?=[\s/]|$)/g) ?? []
  const mirror = process.env.WILDCAT_DEBIAN_MIRROR ?? addresses[0]
  if (mirror === undefined) {
    throw new Error(
      "this machine knows no Debian mirror: set MONGO_URL and NATS_URL to servers of yours (or WILDCAT_DEBIAN_MIRROR)",
    )
  }
  return mirror.replace(/\/$/, "")
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
  return gunzipSync(verified(packed, sha256, "the package index"))
    .toString()
    .split("\n\n")
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
  const stanza = index.find((each) => each.startsWith(`Package: ${name}\n`))
  const [, file] = stanza?.match(/^Filename: (.+)$/m) ?? []
  const [, sha256] = stanza?.match(/^SHA256: (.+)$/m) ?? []
  if (file === undefined || sha256 === undefined) throw new Error(`Debian has no package ${name}`)
  return { file, sha256 }
}

async function download(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(120_000) })
  if (!response.ok)
    throw new Error(`a download from the Debian mirror answered ${response.status}: ${new URL(url).pathname}`)
  return Buffer.from(await response.arrayBuffer())
}

function verified(bytes, sha256, what) {
  if (createHash("sha256").update(bytes).digest("hex") !== sha256) throw new Error(`${what} is damaged`)
  return bytes
}
