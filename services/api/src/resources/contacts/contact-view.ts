import { z } from "zod"
import { Person, idSchema } from "@wildcat/shared/contracts"
import type { ContactDoc } from "@wildcat/shared/store"
import { PersonInput } from "../person-input.ts"

export const personParams = z.strictObject({
  id: idSchema("account"),
  person: PersonInput.describe("Phone number or JID, under either of the person's names"),
})

export const ContactView = z
  .object({
    ...Person.shape,
    name: z.string().nullable().describe("What the person shows to others"),
    savedName: z.string().nullable().describe("What the account's phone has saved"),
    verifiedName: z.string().nullable().describe("Of a business, as WhatsApp has verified it"),
    known: z.boolean().describe("The account has met this person; false when only the names were looked up"),
  })
  .meta({
    id: "Contact",
    example: {
      pn: "4915112345678@s.whatsapp.net",
      lid: "98765432101234@lid",
      name: "Ada",
      savedName: null,
      verifiedName: null,
      known: true,
    },
  })

export function viewContact({ pn, lid, name, savedName, verifiedName }: ContactDoc) {
  return { pn, lid, name, savedName, verifiedName, known: true }
}
