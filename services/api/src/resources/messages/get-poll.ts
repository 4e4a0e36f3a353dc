import { z } from "zod"
import { Person, idSchema } from "@wildcat/shared/contracts"
import type { MessageDoc } from "@wildcat/shared/store"
import { notFound, route } from "../../http/route.ts"

const PollResults = z
  .object({
    message: idSchema("message"),
    question: z.string(),
    selectable: z.number().int().describe("Answers one may choose; 0: any number"),
    options: z.array(
      z.object({
        option: z.string(),
        votes: z.number().int(),
        voters: z.array(z.object({ person: Person, at: z.iso.datetime() })),
      }),
    ),
    voters: z.number().int().describe("People whose present vote names at least one answer"),
  })
  .meta({
    id: "PollResults",
    example: {
      message: "msg_01JDGZ8Q4W0000000000000000",
      question: "Lunch?",
      selectable: 1,
      options: [
        {
          option: "Soup",
          votes: 1,
          voters: [
            {
              person: { pn: "4915112345678@s.whatsapp.net", lid: "98765432101234@lid" },
              at: "2026-11-24T10:00:00.000Z",
            },
          ],
        },
        { option: "Salad", votes: 0, voters: [] },
      ],
      voters: 1,
    },
  })

export const getPoll = route({
  method: "get",
  path: "/v1/accounts/{id}/messages/{messageId}/poll",
  operation: "getPoll",
  tag: "messages",
  summary: "Get the results of a poll",
  description: "Everyone's present vote, as far as the account has seen them since the poll came.",
  scope: ["messages", "read"],
  params: z.strictObject({ id: idSchema("account"), messageId: idSchema("message") }),
  responses: { 200: { description: "The results", content: { "application/json": PollResults } } },
  errors: [],
  async handler({ tenant, params }) {
    const account = await tenant.accounts.get(params.id)
    const message = await tenant.messages.find(account, params.messageId)
    const results = message?.kind === "logged" ? tally(message.doc) : null
    if (results === null) throw notFound("poll", "path.messageId")
    return { status: 200, body: results }
  },
})

function tally({ _id, content, votes = [] }: MessageDoc): z.infer<typeof PollResults> | null {
  if (content.type !== "poll") return null
  const options = content.options.map((option) => {
    const chosen = votes.filter((vote) => vote.options.includes(option))
    const voters = chosen.map(({ by, at }) => ({ person: by, at: at.toISOString() }))
    return { option, votes: voters.length, voters }
  })
  const voters = votes.filter((vote) => vote.options.length > 0).length
  return { message: _id, question: content.question, selectable: content.selectable, options, voters }
}
