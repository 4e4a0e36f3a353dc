// npm run demo: everything on this machine, no phone needed, told as a story of real calls.
// With --once it ends by itself: exit code 0, or 1 at the first ✗.
import { isolated, startServers, untilStopped } from "@wildcat/testkit"
import { createNarrator, StepFailed } from "./steps.ts"
import { setStage } from "./stage.ts"
import type { Stage } from "./stage.ts"
import { tellStory } from "./story.ts"

const tell = (text: string) => void process.stdout.write(text)
const narrator = createNarrator(tell)
const once = process.argv.includes("--once")
const stopped = untilStopped()
const undo: (() => Promise<unknown>)[] = []

try {
  tell("\nWildcat demo: a WhatsApp gateway and a simulated WhatsApp, on this machine\n\n")
  const servers = await narrator.step("started MongoDB and NATS", () => startServers())
  // A place of its own: servers given by MONGO_URL and NATS_URL are left as they were.
  const place = isolated(servers)
  undo.push(
    () => servers.stop(),
    () => place.cleanup(),
  )
  const stage = await narrator.step("started the simulated WhatsApp and the four services", () =>
    setStage({ ...place, onLine: (_service, line) => tell(`${line}\n`) }),
  )
  undo.push(() => stage.stop())
  const { account, contactPhone } = await tellStory({ ...stage, narrator })
  if (!once) {
    tell(farewell(stage, account, contactPhone))
    await stopped
  }
} catch (error) {
  process.exitCode = 1
  if (!(error instanceof StepFailed)) throw error
} finally {
  if (!once) tell("\nstopping …\n")
  for (const each of undo.toReversed()) await each()
}

function farewell(running: Stage, account: string, contactPhone: string): string {
  const { apiUrl } = running.stack
  return `
Everything stays up until Ctrl-C.

  API              ${apiUrl}   (reference: ${apiUrl}/openapi.json)
  Admin key        in ${running.keyFile}
  WhatsApp         ${running.simulatorUrl}   (control of the simulator)

Try:

  export KEY=$(cat ${running.keyFile})
  curl -s ${apiUrl}/v1/accounts -H "X-API-Key: $KEY"
  curl -s ${apiUrl}/v1/accounts/${account}/messages -H "X-API-Key: $KEY" \\
    -H 'content-type: application/json' -d '{"to":"${contactPhone}","content":{"type":"text","text":"Hello again"}}'
  curl -sN ${apiUrl}/v1/events -H "X-API-Key: $KEY" -H 'accept: text/event-stream'
`
}
