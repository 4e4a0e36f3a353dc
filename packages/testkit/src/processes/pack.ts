import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { promisify } from "node:util"
import { root } from "../paths.ts"
import { serviceNames } from "./stack.ts"
import type { ServiceName } from "./stack.ts"

const run = promisify(execFile)
const packedFolder = join(root, ".runtime/packed")

/**
 * Builds the services and lays out each as its image has it (`pnpm deploy --prod`: compiled code and production
 * dependencies alone), in `.runtime/packed/<name>`. What has not changed since stays. Returns the entry files, which
 * startStack takes as `entries`. Throws with the tool's output when a build fails.
 */
export async function packServices(): Promise<Record<ServiceName, string>> {
  await tool("turbo", ["run", "build", "--filter=./services/*", "--output-logs=errors-only"])
  for (const name of serviceNames) await packService(name)
  return {
    media: entryOf("media"),
    "session-worker": entryOf("session-worker"),
    "webhook-dispatcher": entryOf("webhook-dispatcher"),
    api: entryOf("api"),
  }
}

function entryOf(name: ServiceName): string {
  return join(packedFolder, name, "dist/main.js")
}

async function packService(name: ServiceName): Promise<void> {
  const [folder, stamp, wanted] = [join(packedFolder, name), join(packedFolder, `${name}.stamp`), fingerprint(name)]
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && existsSync(entryOf(name))) return
  const partial = `${folder}.partial-${process.pid}`
  mkdirSync(packedFolder, { recursive: true })
  try {
    await tool("pnpm", [`--filter=@wildcat/${name}`, "--config.minimumReleaseAge=0", "deploy", "--prod", partial])
    rmSync(stamp, { force: true })
    rmSync(folder, { recursive: true, force: true })
    renameSync(partial, folder)
    writeFileSync(stamp, wanted)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

/** Changes whenever the packed tree would. */
function fingerprint(name: ServiceName): string {
  const hash = createHash("sha256")
  const files = globSync([`services/${name}/dist/**/*.js`, "packages/shared/dist/**/*.js"], { cwd: root })
  for (const file of ["pnpm-lock.yaml", `services/${name}/package.json`, ...files.toSorted()]) {
    hash.update(file).update(readFileSync(join(root, file)))
  }
  return hash.digest("hex")
}

async function tool(name: string, args: readonly string[]): Promise<void> {
  const path = [join(root, "node_modules/.bin"), join(root, ".runtime/pnpm/node_modules/.bin"), process.env["PATH"]]
  const quiet = { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", TURBO_NO_UPDATE_NOTIFIER: "1", CI: "1" }
  const env = { ...process.env, ...quiet, NODE_ENV: "production", PATH: path.join(delimiter) }
  try {
    await run(name, args, { cwd: root, env, maxBuffer: 1 << 26 })
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    throw new Error(`${name} ${args.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`, { cause: error })
  }
}
