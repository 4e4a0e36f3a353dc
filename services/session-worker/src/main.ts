import { runService } from "@wildcat/shared/runtime"
import { config } from "./config.ts"
import { wire } from "./wire.ts"

await runService({ name: "session-worker", config, healthPort: "WORKER_PORT", start: wire })
