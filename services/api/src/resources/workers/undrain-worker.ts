import { route } from "../../http/route.ts"
import { WorkerView, workerParams } from "./worker-view.ts"

export const undrainWorker = route({
  method: "delete",
  path: "/v1/workers/{id}/drain",
  operation: "undrainWorker",
  tag: "workers",
  summary: "Let a drained worker take sessions again",
  description: "The others give it its share.",
  scope: ["admin"],
  params: workerParams,
  responses: {
    202: {
      description: "The order is gone; the worker sees it at once, or when it comes back",
      content: { "application/json": WorkerView },
    },
  },
  errors: ["dependency_unavailable"],
  handler: async ({ tenant, params }) => ({ status: 202, body: await tenant.workers.drain(params.id, false) }),
})
