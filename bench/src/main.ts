// pnpm bench [send|receive]: Wildcat's speed beside that of plain Baileys, on this machine, in this run.
// Both speak to the same simulated WhatsApp, which acknowledges at once. A ratio is worth more than a number.
// pnpm bench sessions [accounts]: memory of idle sessions, sends of all, and how long they are away when they move or their worker ends.
// pnpm bench media: how far the memory of each service rises while a document of 100 MB is sent and received.
// pnpm bench simulator [sessions] [messages for each]: what the simulator itself can do, and what it costs.
// pnpm bench webhooks [events] [webhooks]: deliveries beside a plain got loop that posts the same to the same receiver.
import { cpus, loadavg } from "node:os"
import { fileURLToPath } from "node:url"
import { setStage } from "@wildcat/demo"
import type { Stage } from "@wildcat/demo"
import { isolated, startProcess, startServers, untilStopped, waitUntil } from "@wildcat/testkit"
import { z } from "zod"
import { openFloor } from "./floor.ts"
import type { Floor } from "./floor.ts"
import { BenchName, Result, benches } from "./measure.ts"
import { measureMedia } from "./media/measure-media.ts"
import { isFlat, reportOf as reportOfMedia } from "./media/report.ts"
import { measureSimulator } from "./simulator/measure-simulator.ts"
import type { Load } from "./simulator/measure-simulator.ts"
import { reportOf } from "./simulator/report.ts"
import { measureSessions } from "./sessions/measure-sessions.ts"
import { reportOf as reportOfSessions } from "./sessions/report.ts"
import { tableOf } from "./table.ts"
import { measureWebhooks } from "./webhooks/measure-webhooks.ts"
import { reportOf as reportOfWebhooks } from "./webhooks/report.ts"
import { linkWildcat } from "./wildcat.ts"

const tell = (text: string) => void process.stdout.write(`${text}\n`)
const atLeastOne = z.coerce.number().int().min(1).max(10_000)
/** What the command line asks for. */
const Asked = z.union([
  z
    .tuple([z.literal("simulator"), atLeastOne.default(1_000), atLeastOne.default(10)])
    .transform(([, sessions, each]) => ({ load: { sessions, each } })),
  z
    .tuple([z.literal("sessions"), z.coerce.number().int().min(5).max(200).default(50)])
    .transform(([, crowd]) => ({ crowd })),
  z
    .tuple([z.literal("webhooks"), atLeastOne.default(3_000), atLeastOne.max(100).default(2)])
    .transform(([, events, webhooks]) => ({ posts: { events, webhooks } })),
  z.tuple([z.literal("media")]).transform(() => ({ media: true })),
  z.array(BenchName).transform((names) => ({ names: names.length > 0 ? names : BenchName.options })),
])
const asked = Asked.safeParse(process.argv.slice(2))
const undo: (() => Promise<unknown>)[] = []

if (asked.success) {
  const { data } = asked
  const stopped = untilStopped().then(() => 1)
  let code = 1
  try {
    code = await Promise.race([run(data), stopped])
  } finally {
    for (const each of undo.toReversed()) await each()
  }
  // What Ctrl-C interrupted may still be starting things; they end with this process.
  process.exit(code)
} else {
  tell(
    `usage: pnpm bench [${BenchName.options.join("|")}], pnpm bench sessions [accounts], pnpm bench media, pnpm bench webhooks [events] [webhooks], or pnpm bench simulator [sessions] [messages for each]`,
  )
  process.exitCode = 2
}

function run(data: z.infer<typeof Asked>): Promise<number> {
  if ("load" in data) return tryOut(data.load)
  if ("posts" in data) return deliver(data.posts)
  if ("media" in data) return moveDocuments()
  return "crowd" in data ? crowd(data.crowd) : compare(data.names)
}

async function crowd(sessions: number): Promise<number> {
  tellMachine()
  tell(`measuring ${sessions} sessions in one process: plain Baileys, then Wildcat …\n`)
  const { stage, place } = await prepare()
  tell(reportOfSessions(await measureSessions(stage, { sessions, ...place, tell })))
  return 0
}

async function prepare() {
  const servers = await startServers()
  undo.push(() => servers.stop())
  const place = isolated(servers)
  undo.push(() => place.cleanup())
  const stage = await setStage({ ...place, simulatorArgs: ["--ack-delay-ms", "0"] })
  undo.push(() => stage.stop())
  return { stage, place }
}

async function deliver(posts: { events: number; webhooks: number }): Promise<number> {
  tellMachine()
  tell("measuring webhooks: Wildcat's dispatcher, then a plain got loop …\n")
  const servers = await startServers()
  undo.push(() => servers.stop())
  const place = isolated(servers)
  undo.push(() => place.cleanup())
  tell(reportOfWebhooks(await measureWebhooks(place, { ...posts, undo: (stop) => undo.push(stop) })))
  return 0
}

async function moveDocuments(): Promise<number> {
  tellMachine()
  const { stage } = await prepare()
  const works = await measureMedia(stage, tell)
  tell(reportOfMedia(works))
  return isFlat(works) ? 0 : 1
}

async function tryOut(load: Load): Promise<number> {
  tellMachine()
  tell(`measuring the simulator with ${load.sessions} plain Baileys sessions in one process …\n`)
  const result = await measureSimulator(load, tell)
  tell(`\n${reportOf(result)}`)
  return result.acknowledged === result.messages ? 0 : 1
}

function tellMachine(): void {
  const cores = cpus()
  const load = (loadavg()[0] ?? 0).toFixed(1)
  tell(
    `${cores.length} cores, ${cores[0]?.model ?? "unknown"}, Node ${process.version}, ${process.platform}, load ${load}`,
  )
}

async function compare(names: readonly BenchName[]): Promise<number> {
  tellMachine()
  const { stage, place } = await prepare()
  tell(`measuring ${names.join(" and ")}: plain Baileys, then Wildcat …\n`)
  const floor = await openFloor(place)
  undo.push(() => floor.stop())
  const baseline = await measureBaseline(stage, names)
  const wildcat = await measureWildcat(stage, floor, { names, ...place })
  const pairs = wildcat.flatMap((result) => {
    const other = baseline.find(({ name }) => name === result.name)
    return other ? [{ wildcat: result, baseline: other }] : []
  })
  tell(tableOf(pairs))
  tell(await floor.report(stage.stack.apiUrl))
  if (names.includes("receive"))
    tell("A burst that arrives as fast as it was offered shows the limit of the simulator, not of the account.")
  return 0
}

async function measureWildcat(
  stage: Stage,
  { commits }: Floor,
  options: { names: readonly BenchName[]; natsUrl: string; prefix: string },
): Promise<Result[]> {
  const results: Result[] = []
  for (const name of options.names) {
    const contender = await linkWildcat(stage, options)
    undo.push(() => contender.stop())
    results.push(...(await benches[name]({ ...contender, commits }, stage.simulator)))
  }
  return results
}

/** In a process of its own, as the session worker is. */
async function measureBaseline(stage: Stage, names: readonly BenchName[]): Promise<Result[]> {
  const { webSocketUrl, rootPublicKeyHex } = stage.whatsapp
  const baseline = await startProcess({
    entry: fileURLToPath(new URL("baseline.ts", import.meta.url)),
    env: {},
    args: [webSocketUrl, rootPublicKeyHex, stage.simulatorUrl, ...names],
  })
  undo.push(() => baseline.stop())
  const { code } = await baseline.exited
  if (code !== 0) throw new Error(`the baseline failed:\n${baseline.lines.join("\n")}`)
  const line = await waitUntil("the baseline's results", () => baseline.lines.find((each) => each.startsWith("[{")))
  return z.array(Result).parse(JSON.parse(line))
}
