import { fileURLToPath } from "node:url"
import { defineProject } from "vitest/config"

/** Far above what any test or hook takes: the limit bounds a hang, and says nothing of speed on a busy machine. */
const patienceMs = 240_000

/** How the tests of a package run. `servers`: they need MongoDB and NATS. */
export function project({ servers }: { servers: boolean }) {
  return defineProject({
    ssr: { resolve: { conditions: ["@wildcat/source", "node", "default"] } },
    test: {
      globalSetup: servers ? [fileURLToPath(new URL("packages/testkit/src/vitest-setup.ts", import.meta.url))] : [],
      testTimeout: patienceMs,
      hookTimeout: patienceMs,
    },
  })
}
