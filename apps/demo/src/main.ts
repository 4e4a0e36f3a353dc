// npm run demo: everything on this machine, no phone needed, told as a story of real calls.
// With --once it ends by itself: exit code 0, or 1 at the first ✗.
import { isolated, startServers, untilStopped } from "@wildcat/testkit"
import { createNarrator, StepFailed } from "./steps.ts"
import { setStage } from "./stage.ts"
import type { Stage } from "./stage.ts"
import { tellStory } from "./story.ts"
import type { Cast } from "./story.ts"

const tell = (text: string) => void process.stdout.write(text)
const narrator = createNarrator(tell)
const once = process.argv.includes("--once")
const stopped = untilStopped()
const undo: (() => Promise<unknown>)[] = []

// Ctrl-C ends the story wherever it is: what has been started by then is stopped, the rest ends with this process.
const ended = Promise.race([run(), stopped])
await ended.catch((error: unknown) => {
  process.exitCode = 1
  if (!(error instanceof StepFailed)) tell(`${String(error)}\n`)
})
if (!once) tell("\nstopping …\n")
for (const each of undo.toReversed()) await each()
process.exit()

async function run(): Promise<void> {
  tell("\nWildcat demo: a WhatsApp gateway and a simulated WhatsApp, on this machine\n\n")
  const servers = await narrator.step("started MongoDB and NATS", () => startServers())
  undo.push(() => servers.stop())
  // A place of its own: servers given by MONGO_URL and NATS_URL are left as they were.
  const place = isolated(servers)
  undo.push(() => place.cleanup())
  const stage = await narrator.step("started the simulated WhatsApp and the four services", () =>
    setStage({ ...place, onLine: (_service, line) => tell(`${line}\n`) }),
  )
  undo.push(() => stage.stop())
  const cast = await tellStory({ ...stage, narrator })
  if (once) return
  tell(farewell(stage, cast))
  await stopped
}

function farewell(running: Stage, cast: Cast): string {
  const { apiUrl } = running.stack
  return `
Everything stays up until Ctrl-C.

  API              ${apiUrl}   (reference: ${apiUrl}/docs)
  Admin key        in ${running.keyFile}
  WhatsApp         ${running.simulatorUrl}   (control of the simulator)
  Pocket phone     ${running.simulatorUrl}/phone   (open it in a browser: chat as Ada, link another client)

Try:

  export KEY=$(cat ${running.keyFile})
  curl -s ${apiUrl}/v1/accounts -H "X-API-Key: $KEY"
  curl -s ${apiUrl}/v1/accounts/${cast.account}/messages -H "X-API-Key: $KEY" \\
    -H 'content-type: application/json' -d '{"to":"${cast.contact.phone}","content":{"type":"text","text":"Hello again"}}'
  curl -s ${running.simulatorUrl}/sendText -H 'content-type: application/json' \\
    -d '{"from":"${cast.contact.id}","to":"${cast.phone}","text":"Hello from the contact"}'
  curl -sN ${apiUrl}/v1/events -H "X-API-Key: $KEY" -H 'accept: text/event-stream'
`
}
