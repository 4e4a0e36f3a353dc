import { commonConfig, configRows } from "@wildcat/shared/runtime"
import type { ConfigRow, ConfigShape } from "@wildcat/shared/runtime"

/** The page of docs/configuration.md, from the configuration schema of each service. */
export function configurationPage(services: Readonly<Record<string, ConfigShape>>): string {
  return `# Configuration

Every setting is an environment variable. This page is generated from the schemas in each service's \`config.ts\`
(\`npm run docs\`). A service that finds a setting missing or wrong says which, and does not start. Settings marked 🔒 are
secret: they are never logged.

## All services

${table(configRows(commonConfig))}
${Object.entries(services).map(section).join("")}`
}

function section([name, shape]: [name: string, shape: ConfigShape]): string {
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
