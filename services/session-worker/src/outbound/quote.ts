import { proto } from "@whiskeysockets/baileys"
import type { MessageView } from "@wildcat/shared/contracts"
import type { SecretBox } from "@wildcat/shared/runtime"
import type { OutboxDoc, Store } from "@wildcat/shared/store"
import { NotSendable } from "./content.ts"

export interface Quote {
  context: proto.IContextInfo
  quoted: NonNullable<MessageView["quoted"]>
}

/** The message that a send answers, in the form that belongs into it. */
export async function readQuote(row: OutboxDoc, store: Store, box: SecretBox): Promise<Quote | null> {
  if (row.quoted === null) return null
  const doc = await store.collections.messages.findOne({ account: row.account, waId: row.quoted.waId })
  if (doc === null) throw new NotSendable("quoted_not_found", "the quoted message is not in the message log")
  const raw = doc.raw === null ? null : box.open(doc.raw.buffer, `message:${doc._id}`)
  return {
    quoted: { waId: doc.waId, author: doc.author },
    context: {
      stanzaId: doc.waId,
      participant: (row.to.endsWith("@lid") ? doc.author.lid : doc.author.pn) ?? doc.author.lid ?? doc.author.pn,
      ...(raw === null ? {} : { quotedMessage: proto.Message.decode(raw) }),
    },
  }
}
