// npm run docs: writes the generated pages of docs/. With --check it only compares; with --open it lists what no test shows yet.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "@wildcat/testkit"
import { config as api } from "../services/api/src/config.ts"
import { config as media } from "../services/media/src/config.ts"
import { config as worker } from "../services/session-worker/src/config.ts"
import { config as dispatcher } from "../services/webhook-dispatcher/src/config.ts"
import { configurationPage } from "./docs/configuration-page.ts"
import { featureRows } from "./docs/feature-rows.ts"
import { featuresPage } from "./docs/features-page.ts"
import { readProofs } from "./docs/read-proofs.ts"

const features = featuresPage(featureRows, readProofs(root))
const pages = {
  "docs/configuration.md": configurationPage({
    api,
    "session-worker": worker,
    media,
    "webhook-dispatcher": dispatcher,
  }),
  "docs/features.md": features.text,
}

if (process.argv.includes("--open")) {
  process.stdout.write(`${[...features.open, `${features.open.length} open`].join("\n")}\n`)
  process.exit(features.open.length === 0 ? 0 : 1)
}

const old = Object.entries(pages).filter(([file, text]) => contentOf(file) !== text)
if (!process.argv.includes("--check")) for (const [file, text] of old) writeFileSync(join(root, file), text)
else if (old.length > 0) {
  process.stderr.write(
    `${old.map(([file]) => file).join(", ")}: older than what is described there, run npm run docs\n`,
  )
  process.exit(1)
}

function contentOf(file: string): string | null {
  const path = join(root, file)
  return existsSync(path) ? readFileSync(path, "utf8") : null
}
