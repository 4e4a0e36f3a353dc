import { route } from "../../http/route.ts"
import { WorkerList } from "./worker-view.ts"

export const listWorkers = route({
  method: "get",
  path: "/v1/workers",
  operation: "listWorkers",
  tag: "workers",
  summary: "List the session workers",
  description: "For operators: admin keys of the first tenant. Dead ones are shown for a while, too.",
  scope: ["admin"],
  responses: {
    200: {
      description: "All of them, by name",
      content: { "application/json": WorkerList },
    },
  },
  errors: ["dependency_unavailable"],
  handler: async ({ tenant }) => ({ status: 200, body: { items: await tenant.workers.list() } }),
})
