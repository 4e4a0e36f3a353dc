import { runService } from "@wildcat/shared/runtime"
import { config } from "./config.ts"
import { startApi } from "./wire.ts"

// The API serves `/healthz` and `/readyz` on its own port.
await runService({ name: "api", config, healthPort: null, start: startApi })
