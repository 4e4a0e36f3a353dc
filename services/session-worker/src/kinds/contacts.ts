import type { proto } from "@whiskeysockets/baileys"
import { shownContent, vcardOf } from "@wildcat/shared/contracts"
import type { ReadContent } from "../inbound/content.ts"
import { withContext } from "../outbound/content.ts"
import type { Kind } from "./kind.ts"

/** One card is a message of its own kind; several are a list of such messages. */
export const contacts: Kind<"contacts"> = {
  async send(content, { context }) {
    const cards = content.contacts.map((card) => ({ displayName: card.name, vcard: vcardOf(card) }))
    const [only] = cards
    return {
      message:
        cards.length === 1
          ? { contactMessage: { ...only, ...withContext(context) } }
          : { contactsArrayMessage: { contacts: cards, ...withContext(context) } },
      content: shownContent(content),
      media: null,
    }
  },
  read: { contactMessage: readContacts, contactsArrayMessage: readContacts },
}

function readContacts({ contactMessage: one, contactsArrayMessage: list }: proto.IMessage): ReadContent {
  const cards = one ? [one] : (list?.contacts ?? [])
  return {
    content: {
      type: "contacts",
      contacts: cards.map((card) => ({ name: card.displayName ?? "", vcard: card.vcard ?? "" })),
    },
    context: (one ?? list)?.contextInfo ?? null,
  }
}
