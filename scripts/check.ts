// npm run check: the fast subset of npm test, while you work: format, lint, types and the tests that need no server.
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
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
    (file) => !file.includes("/conformance/") && !readFileSync(join(root, file), "utf8").includes("@wildcat/testkit"),
  )
}
