import { z } from "zod"
import { pageOf, pageQuery } from "../../http/page.ts"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { ContactView, viewContact } from "./contact-view.ts"

export const listContacts = route({
  method: "get",
  path: "/v1/accounts/{id}/contacts",
  operation: "listContacts",
  tag: "contacts",
  summary: "List the people whom an account has met",
  scope: ["messages", "read"],
  params: accountParams,
  query: z.strictObject({
    ...pageQuery,
    search: z
      .string()
      .trim()
      .min(1)
      .max(80)
      .optional()
      .describe("The beginning of a name, of a word in it, or of a number with its country code"),
  }),
  responses: { 200: { description: "A page", content: { "application/json": pageOf(ContactView) } } },
  errors: [],
  async handler({ tenant, params, query }) {
    const page = await tenant.contacts.list(await tenant.accounts.get(params.id), query)
    return { status: 200, body: { ...page, items: page.items.map(viewContact) } }
  },
})
