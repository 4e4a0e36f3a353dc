import { defineConfig } from "vitest/config"

export default defineConfig({ test: { projects: ["packages/*", "services/*", "apps/*", "bench", "e2e"] } })
