// npm test: format, lint, types, then every test on real servers. Arguments go on to Vitest, without the static checks.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { root, startServers } from "@wildcat/testkit"
import { passes, staticChecks, vitest } from "./lib/checks.ts"

const args = process.argv.slice(2)
const failedChecks: string[] = []
if (args.length === 0) for (const check of staticChecks) if (!(await passes(check))) failedChecks.push(check.name)

const report = join(root, ".runtime/test-report.json")
mkdirSync(join(root, ".runtime"), { recursive: true })
rmSync(report, { force: true })
const servers = await startServers()
try {
  const tests = vitest(["--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...args], {
    MONGO_URL: servers.mongoUrl,
    NATS_URL: servers.natsUrl,
  })
  if (!(await passes(tests))) failedChecks.push(tests.name)
} finally {
  await servers.stop()
}

const { numPassedTests, numFailedTests, numPendingTests } = existsSync(report)
  ? JSON.parse(readFileSync(report, "utf8"))
  : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 }
if (failedChecks.length > 0) process.stdout.write(`Failed: ${failedChecks.join(", ")}\n`)
// A failed check counts as one failure, so that the line never says "0 failed" of a red run.
const failed = Math.max(numFailedTests, failedChecks.length)
process.stdout.write(`${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped\n`)
process.exit(failedChecks.length === 0 ? 0 : 1)
