import { defineProject } from "vitest/config"

export default defineProject({
  ssr: { resolve: { conditions: ["@wildcat/source", "node", "default"] } },
  test: { globalSetup: ["../../packages/testkit/src/vitest-setup.ts"], testTimeout: 40_000, hookTimeout: 40_000 },
})
