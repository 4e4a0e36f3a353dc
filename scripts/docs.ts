// pnpm docs: writes docs/configuration.md from the configuration schemas. With --check it only compares.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { commonConfig, configRows } from "@wildcat/shared/runtime"
import type { ConfigRow, ConfigShape } from "@wildcat/shared/runtime"
import { root } from "@wildcat/testkit"
import { config as api } from "../services/api/src/config.ts"
import { config as media } from "../services/media/src/config.ts"
import { config as worker } from "../services/session-worker/src/config.ts"
import { config as dispatcher } from "../services/webhook-dispatcher/src/config.ts"

const file = join(root, "docs/configuration.md")
const text = `# Configuration

Every setting is an environment variable. This page is generated from the schemas in each service's \`config.ts\`
(\`pnpm docs\`). A service that finds a setting missing or wrong says which, and does not start. Settings marked 🔒 are
secret: they are never logged.

## All services

${table(configRows(commonConfig))}
${section("api", api)}${section("session-worker", worker)}${section("media", media)}${section("webhook-dispatcher", dispatcher)}`

if (!process.argv.includes("--check")) writeFileSync(file, text)
else if (readFileSync(file, "utf8") !== text) {
  process.stderr.write("docs/configuration.md is older than the schemas: run pnpm docs\n")
  process.exit(1)
}

function section(name: string, shape: ConfigShape): string {
  const own = configRows(shape).filter((row) => !(row.name in commonConfig))
  return `\n## ${name}\n\n${table(own)}`
}

function table(rows: ConfigRow[]): string {
  const lines = rows.map(
    (row) =>
      `| \`${row.name}\`${row.secret ? " 🔒" : ""} | ${fallback(row)} | ${row.description.replaceAll("|", "\\|")} |`,
  )
  return ["| Setting | Default | Meaning |", "|---|---|---|", ...lines, ""].join("\n")
}

/** The worker's name defaults to the host's: that of the machine which generates this page says nothing. */
function fallback(row: ConfigRow): string {
  if (row.name === "WORKER_ID") return "the host name"
  return row.required ? "required" : row.default === undefined ? "none" : `\`${row.default}\``
}
