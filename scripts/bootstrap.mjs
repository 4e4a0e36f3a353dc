#!/usr/bin/env node
// Turns a bare clone into a running command, on Node 20 or later and npm alone: `node scripts/bootstrap.mjs <command>`.
// Everything it gets lands in .runtime/ and node_modules/; a second run finds it there. It imports nothing but Node.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { ensureBrowser } from "./lib/browser.mjs"
import { ensureDependencies } from "./lib/dependencies.mjs"
import { ensureServers } from "./lib/server-binaries.mjs"
import { runUntilEnd } from "./lib/run.mjs"
import { root, say, step } from "./lib/say.mjs"

const commands = ["demo", "start", "test", "check", "bench", "chaos", "docs"]
const [command = "", ...rest] = process.argv.slice(2)

if (!commands.includes(command)) {
  say(`usage: node scripts/bootstrap.mjs <${commands.join("|")}>`)
  process.exit(2)
}

try {
  await Promise.all([
    step("dependencies", ensureDependencies),
    ["check", "docs"].includes(command)
      ? undefined
      : step("servers", (tell) => ensureServers(tell, { given: command !== "test" })),
    command === "test" ? step("browser", ensureBrowser) : undefined,
  ])
} catch (error) {
  say(`✗ ${error instanceof Error ? error.message : error}`)
  process.exit(1)
}

process.exit(
  await runUntilEnd(node24(), ["--conditions=@wildcat/source", join(root, "scripts", `${command}.ts`), ...rest]),
)

/** Node 24 from the workspace, or the one that runs this where the platform has no such package. */
function node24() {
  const own = join(root, "node_modules/.bin/node")
  if (existsSync(own)) return own
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath
  say("✗ this platform needs Node 24 or later of your own (nvm install 24)")
  return process.exit(1)
}
