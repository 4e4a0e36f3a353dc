import { shownContent, vcardOf } from "@wildcat/shared/contracts"
import { withContext } from "./content.ts"
import type { OutboundSender } from "./content.ts"

/** One card is a message of its own kind; several are a list of such messages. */
export const sendContacts: OutboundSender<"contacts"> = async (content, { context }) => {
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
}
