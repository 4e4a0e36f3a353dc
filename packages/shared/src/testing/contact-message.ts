import { newId } from "../contracts/index.ts"
import type { MessageDoc } from "../store/index.ts"

const contact = { pn: "4915112345678@s.whatsapp.net", lid: "98765432101234@lid" }

/** A text that a contact has sent to the account, as the message log holds it. */
export function contactMessage(
  { tenant, account }: Pick<MessageDoc, "tenant" | "account">,
  fields: Partial<MessageDoc> = {},
): MessageDoc {
  const now = new Date()
  return {
    _id: newId("message"),
    tenant,
    account,
    waId: newId("request"),
    chat: { jid: contact.pn, kind: "direct", ...contact },
    author: contact,
    authorName: "Ada",
    fromMe: false,
    source: "contact",
    timestamp: now,
    content: { type: "text", text: "Hi" },
    media: null,
    quoted: null,
    mentions: [],
    status: null,
    timeline: [],
    error: null,
    raw: null,
    createdAt: now,
    ...fields,
  }
}
