// The process of the baseline: links plain Baileys to the simulator, measures it, prints the results as one JSON line.
import { createSimulatorClient } from "@wildcat/whatsapp-simulator/client"
import { z } from "zod"
import { linkBaileys } from "./baileys.ts"
import { BenchName, benches } from "./measure.ts"
import type { Result } from "./measure.ts"

process.on("disconnect", () => process.exit(1))
// libsignal prints sessions, private keys included, to the console.
for (const method of ["log", "info", "warn", "error"] as const) console[method] = () => undefined

const [webSocketUrl = "", rootPublicKeyHex = "", controlUrl = "", ...names] = process.argv.slice(2)
const simulator = createSimulatorClient({ url: controlUrl })
const results: Result[] = []
for (const name of z.array(BenchName).parse(names)) {
  const contender = await linkBaileys({ simulator, webSocketUrl, rootPublicKeyHex })
  results.push(...(await benches[name](contender, simulator)))
  await contender.stop()
}
process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit(0))
