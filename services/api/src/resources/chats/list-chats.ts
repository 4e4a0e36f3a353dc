import { z } from "zod"
import { pageOf, pageQuery } from "../../http/page.ts"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { ChatEntry, viewChat } from "./chat-view.ts"

const truth = z.enum(["true", "false"]).transform((text) => text === "true")

export const listChats = route({
  method: "get",
  path: "/v1/accounts/{id}/chats",
  operation: "listChats",
  tag: "chats",
  summary: "List chats of an account, the latest activity first",
  description: "One per person, whichever of its names it was learned under. The status feed is not among them.",
  scope: ["messages", "read"],
  params: accountParams,
  query: z.strictObject({
    ...pageQuery,
    archived: truth.optional().describe("Only archived chats, or only the others"),
    unread: truth.optional().describe("Only chats with something unread, or marked so; or only the others"),
    kind: z.enum(["direct", "group", "newsletter"]).optional(),
  }),
  responses: { 200: { description: "A page", content: { "application/json": pageOf(ChatEntry) } } },
  errors: [],
  async handler({ tenant, params, query }) {
    const page = await tenant.chats.list(await tenant.accounts.get(params.id), query)
    return { status: 200, body: { ...page, items: page.items.map(viewChat) } }
  },
})
