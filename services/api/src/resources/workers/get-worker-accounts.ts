import { z } from "zod"
import { pageOf, pageQuery } from "../../http/page.ts"
import { route } from "../../http/route.ts"
import { OwnedAccount, ownedExample, viewOwned, workerParams } from "./worker-view.ts"

const OwnedAccounts = pageOf(OwnedAccount).meta({
  id: "OwnedAccounts",
  example: { items: [ownedExample], nextCursor: null },
})

export const getWorkerAccounts = route({
  method: "get",
  path: "/v1/workers/{id}/accounts",
  operation: "getWorkerAccounts",
  tag: "workers",
  summary: "List the accounts whose session a worker has, since when and why",
  scope: ["admin"],
  params: workerParams,
  query: z.strictObject(pageQuery),
  responses: { 200: { description: "A page", content: { "application/json": OwnedAccounts } } },
  errors: ["dependency_unavailable"],
  async handler({ tenant, params, query }) {
    const page = await tenant.workers.accounts(params.id, query)
    return { status: 200, body: { ...page, items: page.items.flatMap(viewOwned) } }
  },
})
