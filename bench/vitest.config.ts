import { defineProject } from "vitest/config"

export default defineProject({
  ssr: { resolve: { conditions: ["@wildcat/source", "node", "default"] } },
  test: { testTimeout: 60_000 },
})
