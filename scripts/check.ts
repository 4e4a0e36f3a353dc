// pnpm check: the fast subset of npm test, while you work.
import { passes, staticChecks } from "./lib/checks.ts"

const results: boolean[] = []
for (const check of staticChecks) results.push(await passes(check))
process.exit(results.every(Boolean) ? 0 : 1)
