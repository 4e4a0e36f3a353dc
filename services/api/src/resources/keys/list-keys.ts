import { z } from "zod"
import { pageOf, pageQuery } from "../../http/page.ts"
import { route } from "../../http/route.ts"
import { KeyView, viewKey } from "./key-view.ts"

export const listKeys = route({
  method: "get",
  path: "/v1/keys",
  operation: "listKeys",
  tag: "keys",
  summary: "List API keys, also revoked ones",
  scope: ["admin"],
  query: z.strictObject(pageQuery),
  responses: { 200: { description: "A page", content: { "application/json": pageOf(KeyView) } } },
  errors: [],
  async handler({ tenant, query }) {
    const page = await tenant.keys.list(query)
    return { status: 200, body: { ...page, items: page.items.map(viewKey) } }
  },
})
