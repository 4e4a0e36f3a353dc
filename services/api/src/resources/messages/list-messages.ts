import { z } from "zod"
import { AddressInput } from "@wildcat/shared/contracts"
import { pageOf, pageQuery } from "../../http/page.ts"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { MessageEntry, viewMessages } from "./message-view.ts"
import { SearchWords } from "./search-words.ts"

export const listMessages = route({
  method: "get",
  path: "/v1/accounts/{id}/messages",
  operation: "listMessages",
  tag: "messages",
  summary: "List messages of an account, newest first",
  description:
    "Also those that are still queued. A page stays complete while new messages arrive. With `q`, the messages of the log " +
    "in whose text, caption, question, answers, names or file name every word is found, whole, in any case and with or " +
    "without accents.",
  scope: ["messages", "read"],
  params: accountParams,
  query: z.strictObject({
    ...pageQuery,
    chat: AddressInput.optional().describe("Only this chat: a phone number or a JID, under either of a person's names"),
    status: z
      .enum(["queued", "scheduled", "expired", "cancelled"])
      .optional()
      .describe("Only messages that were not sent: `queued` wait (`scheduled` for their time), the others ended so"),
    from: z.iso.datetime({ offset: true }).optional().describe("Only messages of this time or later"),
    to: z.iso.datetime({ offset: true }).optional().describe("Only messages before this time"),
    q: SearchWords.optional().describe("Only messages with all of these words"),
    direction: z.enum(["in", "out"]).optional().describe("Only messages to (`in`) or from (`out`) the account"),
  }),
  responses: { 200: { description: "A page", content: { "application/json": pageOf(MessageEntry) } } },
  errors: [],
  async handler({ tenant, params, query }) {
    const account = await tenant.accounts.get(params.id)
    const { from, to, chat, q, ...rest } = query
    const range = {
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(to),
    }
    const names = chat && (await tenant.chats.namesOf(account, chat.jid))
    const page = await tenant.messages.list(account, { ...rest, ...range, chat: names, words: q })
    return { status: 200, body: { ...page, items: await viewMessages(tenant, account, page.items) } }
  },
})
