import type { proto } from "@whiskeysockets/baileys"
import type { ReadContent } from "./content.ts"

/** One card, or a list of them. */
export function readContacts({ contactMessage: one, contactsArrayMessage: list }: proto.IMessage): ReadContent {
  const cards = one ? [one] : (list?.contacts ?? [])
  return {
    content: {
      type: "contacts",
      contacts: cards.map((card) => ({ name: card.displayName ?? "", vcard: card.vcard ?? "" })),
    },
    context: (one ?? list)?.contextInfo ?? null,
  }
}
