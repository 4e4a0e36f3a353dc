import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { root } from "./say.mjs"

const pnpmVersion = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager.replace("pnpm@", "")
const pnpmFolder = join(root, ".runtime/pnpm")
/** Folder with the workspace's own pnpm; turbo looks for it on PATH. */
export const pnpmBin = join(pnpmFolder, "node_modules/.bin")
const stamp = join(root, ".runtime/dependencies.stamp")

/** Installs pnpm into a private folder and the locked dependencies, unless that has been done for this lock file. */
export async function ensureDependencies(tell) {
  const wanted = fingerprint()
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && existsSync(join(root, "node_modules"))) return
  await ensurePnpm(tell)
  tell("installing from the lock file")
  // The age of locked packages was judged when they were added; judging them again costs most of a cold install.
  await run(join(pnpmBin, "pnpm"), ["install", "--frozen-lockfile", "--config.minimumReleaseAge=0"], root)
  writeFileSync(stamp, wanted)
}

async function ensurePnpm(tell) {
  const manifest = join(pnpmFolder, "node_modules/pnpm/package.json")
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).version === pnpmVersion) return
  tell(`getting pnpm ${pnpmVersion}`)
  mkdirSync(pnpmFolder, { recursive: true })
  const allowed = { private: true, allowScripts: { [`pnpm@${pnpmVersion}`]: true } }
  writeFileSync(join(pnpmFolder, "package.json"), JSON.stringify(allowed))
  await run("npm", ["install", "--no-audit", "--no-fund", "--save-exact", `pnpm@${pnpmVersion}`], pnpmFolder)
}

/** Runs a package manager quietly; its output is shown when it fails. */
function run(file, args, cwd) {
  const child = spawn(file, args, { cwd, env: cleanEnvironment(), stdio: ["ignore", "pipe", "pipe"] })
  const output = []
  child.stdout.on("data", (chunk) => output.push(chunk))
  child.stderr.on("data", (chunk) => output.push(chunk))
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`${args.join(" ")} failed:\n${Buffer.concat(output)}`)),
    )
  })
}

/** Where packages come from and go through; the person may have set it for npm in the environment. */
const networkSetting = /^npm_config_(registry|userconfig|cache|cafile|proxy|https_proxy|noproxy|strict_ssl)$/i

/** Without what `npm start` exports to its scripts, and without NODE_ENV=production, which would leave tools out. */
function cleanEnvironment() {
  const kept = Object.entries(process.env).filter(
    ([name]) => networkSetting.test(name) || (!/^npm_/i.test(name) && name !== "NODE_ENV"),
  )
  return { ...Object.fromEntries(kept), CI: "1", PATH: `${pnpmBin}${delimiter}${process.env.PATH}` }
}

/** Changes whenever an install could have another result. */
function fingerprint() {
  const folders = ["apps", "packages", "services"].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
  )
  const manifests = [".", "bench", "e2e", ...folders.toSorted()].map((folder) => `${folder}/package.json`)
  const hash = createHash("sha256")
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests]) {
    if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)))
  }
  return hash.digest("hex")
}
