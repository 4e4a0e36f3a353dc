import { runService } from "@wildcat/shared/runtime"
import { config } from "./config.ts"
import { startMedia } from "./wire.ts"

await runService({ name: "media", config, healthPort: null, start: startMedia })
