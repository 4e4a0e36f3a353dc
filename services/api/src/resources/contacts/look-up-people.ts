import { z } from "zod"
import { Person } from "@wildcat/shared/contracts"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { PersonInput } from "../person-input.ts"

const PeopleToLookUp = z
  .strictObject({ people: z.array(PersonInput).min(1).max(1000) })
  .meta({ id: "PeopleToLookUp", example: { people: ["98765432101234@lid", "+49 151 12345678"] } })

const FoundPeople = z
  .object({ people: z.array(Person).describe("In the order of the request; a name that is not known is null") })
  .meta({ id: "FoundPeople", example: { people: [{ pn: "4915112345678@s.whatsapp.net", lid: "98765432101234@lid" }] } })

export const lookUpPeople = route({
  method: "post",
  path: "/v1/accounts/{id}/contacts/lookup",
  operation: "lookUpPeople",
  tag: "contacts",
  summary: "Find people's other names: LIDs of numbers, numbers of LIDs",
  description:
    "From what the session knows, without asking WhatsApp. `POST …/contacts/check` asks it, for numbers; nothing gives the " +
    "number of a LID that hides it.",
  scope: ["messages", "read"],
  params: accountParams,
  body: jsonBody(PeopleToLookUp, 128 * 1024),
  responses: { 200: { description: "Both names", content: { "application/json": FoundPeople } } },
  errors: whatsAppErrors,
  async handler({ tenant, params, body }) {
    const account = await linkedAccount(tenant, params.id)
    const people = body.people.map(({ jid }) => jid)
    return { status: 200, body: await tenant.sessions.command(account, "contact.names", { people }) }
  },
})
