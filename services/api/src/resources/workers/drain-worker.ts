import { route } from "../../http/route.ts"
import { WorkerView, workerParams } from "./worker-view.ts"

export const drainWorker = route({
  method: "post",
  path: "/v1/workers/{id}/drain",
  operation: "drainWorker",
  tag: "workers",
  summary: "Have a worker give its sessions to the others, idle ones first",
  description:
    "A few at a time; no account needs a new QR code. It takes none again, also after a restart, until the order is taken " +
    "back. While no other worker takes sessions it keeps them: no account is left unserved.",
  scope: ["admin"],
  params: workerParams,
  responses: {
    202: {
      description: "The order is stored; the worker sees it at once, or when it comes back",
      content: { "application/json": WorkerView },
    },
  },
  errors: ["dependency_unavailable"],
  handler: async ({ tenant, params }) => ({ status: 202, body: await tenant.workers.drain(params.id, true) }),
})
