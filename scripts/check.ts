// npm run check: the fast subset of npm test, while you work: format, lint, types and the tests that need no server.
import { existsSync, globSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { root } from "@wildcat/testkit"
import { passes, staticChecks, vitest } from "./lib/checks.ts"

const results: boolean[] = []
for (const check of [...staticChecks, vitest(unitTests(), { WILDCAT_TEST_SERVERS: "none" })]) {
  results.push(await passes(check))
}
process.exit(results.every(Boolean) ? 0 : 1)

/** Tests that need servers get them from the testkit; the simulator's conformance tests take a client and a minute. */
function unitTests(): string[] {
  return globSync("{packages,services,apps}/*/src/**/*.test.ts", { cwd: root }).filter(
    (file) => !file.includes("/conformance/") && !needsServers(join(root, file)),
  )
}

/** True when the file, or one of its own package that it imports, names the testkit or, within it, the servers. */
function needsServers(file: string, seen = new Set<string>()): boolean {
  if (seen.has(file) || !existsSync(file)) return false
  seen.add(file)
  const text = readFileSync(file, "utf8")
  if (/"@wildcat\/testkit(\/browser)?"|"(\.\/)?(isolated|start-servers)\.ts"/.test(text)) return true
  return [...text.matchAll(/from "(\.{1,2}\/[^"]+)"/g)].some(([, path = ""]) =>
    needsServers(resolve(file, "..", path), seen),
  )
}
