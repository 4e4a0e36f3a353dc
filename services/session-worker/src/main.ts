import { runService } from "@wildcat/shared/runtime"
import { config } from "./config.ts"
import { isOfBaileys } from "./whatsapp/is-of-baileys.ts"
import { startWorker } from "./wire.ts"

await runService({
  name: "session-worker",
  config,
  healthPort: "WORKER_PORT",
  isHarmless: isOfBaileys,
  start: startWorker,
})
