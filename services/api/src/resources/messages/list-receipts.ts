import { z } from "zod"
import { Person, idSchema } from "@wildcat/shared/contracts"
import type { MessageStatus } from "@wildcat/shared/contracts"
import { notFound, route } from "../../http/route.ts"
import type { LoggedMessage } from "../../tenant/messages.ts"

const time = z.iso.datetime().nullable()

const Receipt = z.object({
  recipient: Person,
  deliveredAt: time.describe("When it reached them; earlier than `readAt` also where only that was told"),
  readAt: time,
  playedAt: time.describe("Of voice and video notes"),
})
type Receipt = z.infer<typeof Receipt>

const Receipts = z.object({ items: z.array(Receipt) }).meta({
  id: "Receipts",
  example: {
    items: [
      {
        recipient: { pn: "4915112345678@s.whatsapp.net", lid: "98765432101234@lid" },
        deliveredAt: "2026-11-24T10:00:01.000Z",
        readAt: "2026-11-24T10:00:07.000Z",
        playedAt: null,
      },
    ],
  },
})

export const listReceipts = route({
  method: "get",
  path: "/v1/accounts/{id}/messages/{messageId}/receipts",
  operation: "listReceipts",
  tag: "messages",
  summary: "See how far a message of the account has come with each of its recipients",
  description: "Everyone of whom WhatsApp has told anything, in the order in which they were first heard of.",
  scope: ["messages", "read"],
  params: z.strictObject({ id: idSchema("account"), messageId: idSchema("message") }),
  responses: { 200: { description: "The recipients", content: { "application/json": Receipts } } },
  errors: [],
  async handler({ tenant, params }) {
    const account = await tenant.accounts.get(params.id)
    const message = await tenant.messages.find(account, params.messageId)
    if (message === null) throw notFound("message", "path.messageId")
    return { status: 200, body: { items: receiptsOf(message) } }
  },
})

const fields = { delivered: "deliveredAt", read: "readAt", played: "playedAt" } as const satisfies Partial<
  Record<MessageStatus, keyof Receipt>
>

/** The steps of a message by person; what names nobody is of the other side of a direct chat. */
function receiptsOf(message: LoggedMessage): Receipt[] {
  if (message.kind === "queued" || !message.doc.fromMe) return []
  const { chat, timeline } = message.doc
  const receipts = new Map<string, Receipt>()
  for (const { status, at, recipient } of timeline) {
    if (!(status in fields)) continue
    const person = recipient ?? { pn: chat.pn, lid: chat.lid }
    const key = person.lid ?? person.pn ?? ""
    const receipt = receipts.get(key) ?? { recipient: person, deliveredAt: null, readAt: null, playedAt: null }
    const field = fields[status as keyof typeof fields]
    receipts.set(key, { ...receipt, [field]: receipt[field] ?? at })
  }
  return [...receipts.values()].map(withEarlier)
}

/** Who has read a message has got it, and who has played it has read it, whatever was told. */
function withEarlier(receipt: Receipt): Receipt {
  const readAt = receipt.readAt ?? receipt.playedAt
  return { ...receipt, readAt, deliveredAt: receipt.deliveredAt ?? readAt }
}
