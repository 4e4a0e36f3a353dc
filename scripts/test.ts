// npm test: format, lint, types, then every test on real servers. Arguments go on to Vitest, without the static checks.
import { mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root, startServers } from "@wildcat/testkit"
import { passes, staticChecks, vitest } from "./lib/checks.ts"

const args = process.argv.slice(2)
const results: boolean[] = []
if (args.length === 0) for (const check of staticChecks) results.push(await passes(check))

const report = join(root, ".runtime/test-report.json")
mkdirSync(join(root, ".runtime"), { recursive: true })
const servers = await startServers()
try {
  const env = { MONGO_URL: servers.mongoUrl, NATS_URL: servers.natsUrl }
  results.push(
    await passes(vitest(["--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...args], env)),
  )
} finally {
  await servers.stop()
}

const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, "utf8"))
const failedChecks = results.filter((passed) => !passed).length
process.stdout.write(
  `${numPassedTests} passed, ${Math.max(numFailedTests, failedChecks)} failed, ${numPendingTests} skipped\n`,
)
process.exit(failedChecks === 0 ? 0 : 1)
