import { runService } from "@wildcat/shared/runtime"
import { config } from "./config.ts"
import { startDispatcher } from "./wire.ts"

await runService({ name: "webhook-dispatcher", config, healthPort: "DISPATCHER_PORT", start: startDispatcher })
