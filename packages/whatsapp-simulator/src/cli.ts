#!/usr/bin/env node
import { mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { z } from "zod"
import { mediaCaPath } from "./identity.ts"
import { startSimulator } from "./simulator.ts"

const port = z.coerce.number().int().min(0).max(65_535).default(0)
const argumentsSchema = z.object({
  port,
  "media-port": port,
  "control-port": port,
  host: z.string().default("127.0.0.1"),
  "public-host": z.string().optional(),
  "data-dir": z.string().optional(),
  "ack-delay-ms": z.coerce.number().int().min(0).default(150),
  seed: z.coerce.number().int().optional(),
})

const options = Object.fromEntries(
  Object.keys(argumentsSchema.shape).map((name) => [name, { type: "string" } as const]),
)
const given = argumentsSchema.parse(parseArgs({ options }).values)
const dataDir = given["data-dir"] ?? (await mkdtemp(join(tmpdir(), "whatsapp-simulator-")))
const {
  stop,
  mediaCaPem: _,
  ...urls
} = await startSimulator({
  port: given.port,
  mediaPort: given["media-port"],
  controlPort: given["control-port"],
  host: given.host,
  ackDelayMs: given["ack-delay-ms"],
  dataDir,
  ...(given["public-host"] === undefined ? {} : { publicHost: given["public-host"] }),
  ...(given.seed === undefined ? {} : { seed: given.seed }),
})
process.stdout.write(`${JSON.stringify({ ...urls, mediaCaPath: mediaCaPath(dataDir) })}\n`)
// A parent that started it with an ipc channel and was killed is a reason to end, too.
for (const end of ["SIGTERM", "SIGINT", "disconnect"]) process.once(end, () => void stop().then(() => process.exit(0)))
