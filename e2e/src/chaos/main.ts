// pnpm chaos [--seed N] [--kills N] [--seconds N] [--ledger FILE] [--keep]: strikes every part of a running gateway at
// random instants and says what was lost or doubled. Ends with 0 when nothing was. It brings servers of its own. With
// `--keep` a gateway that has lost or doubled something goes on running, to be looked at, until it is told to stop.
import { randomInt } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { root, untilStopped } from "@wildcat/testkit"
import { z } from "zod"
import { isClean } from "./ledger.ts"
import { storm } from "./storm.ts"
import { tableOf } from "./table.ts"

const secondsPerBlow = 0.8
const settleMsMax = 240_000
const whole = z.coerce.number().int().min(0)
const Options = z.object({
  seed: whole.default(() => randomInt(1_000_000)),
  kills: whole.max(100_000).default(100),
  seconds: whole.max(86_400).optional(),
  ledger: z.string().optional(),
  keep: z.boolean().default(false),
})
const names = {
  seed: { type: "string" },
  kills: { type: "string" },
  seconds: { type: "string" },
  ledger: { type: "string" },
  keep: { type: "boolean" },
} as const

const { seed, kills, seconds, ledger, keep } = Options.parse(parseArgs({ options: names }).values)
const enough = new AbortController()
const stopped = untilStopped().then(() => enough.abort())
const report = await storm({
  seed,
  kills,
  seconds: seconds ?? Math.ceil(kills * secondsPerBlow),
  logFolder: join(root, ".runtime/chaos", String(seed)),
  settleMsMax,
  tell: (text) => process.stderr.write(`${text}\n`),
  enough: enough.signal,
  unclean: async (report) => {
    process.stderr.write(`${tableOf(report)}\n`)
    if (keep) await stopped
  },
})
process.stdout.write(`${tableOf(report)}\n${JSON.stringify(report)}\n`)
if (ledger !== undefined) writeFileSync(ledger, `${JSON.stringify(report, null, 2)}\n`)
process.exit(isClean(report.ledger) ? 0 : 1)
