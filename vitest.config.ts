import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    projects: ["packages/*", "services/*", "apps/*", "e2e"],
    // Most tests wait for processes of their own rather than compute: more files than cores keep a small machine busy.
    maxWorkers: 3,
  },
})
