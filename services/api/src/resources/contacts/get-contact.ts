import { WildcatError, personOf } from "@wildcat/shared/contracts"
import type { Person } from "@wildcat/shared/contracts"
import type { AccountDoc } from "@wildcat/shared/store"
import { notFound, route } from "../../http/route.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import { ContactView, personParams, viewContact } from "./contact-view.ts"

export const getContact = route({
  method: "get",
  path: "/v1/accounts/{id}/contacts/{person}",
  operation: "getContact",
  tag: "contacts",
  summary: "Get a person: both names, and what is known",
  description:
    "Also of a person whom the account has not met, if the session knows both names (from a group, for one); 404 otherwise.",
  scope: ["messages", "read"],
  params: personParams,
  responses: { 200: { description: "The person", content: { "application/json": ContactView } } },
  errors: [],
  async handler({ tenant, params }) {
    const account = await tenant.accounts.get(params.id)
    const contact = await tenant.contacts.find(account, params.person.jid)
    const view = contact === null ? unmet(personOf(params.person.jid)) : viewContact(contact)
    const names = view.pn !== null && view.lid !== null ? view : await namesOf(tenant, account, params.person.jid)
    if (contact === null && (names.pn === null || names.lid === null)) throw notFound("contact", "path.person")
    return { status: 200, body: { ...view, pn: names.pn, lid: names.lid } }
  },
})

function unmet(person: Person) {
  return { ...person, name: null, savedName: null, verifiedName: null, known: false }
}

/** Both names as the session knows them; without a session, the one that was given. */
async function namesOf(tenant: TenantAccess, account: AccountDoc, jid: string): Promise<Person> {
  const given = personOf(jid)
  try {
    return (await tenant.sessions.command(account, "contact.names", { people: [jid] })).people[0] ?? given
  } catch (error) {
    if (error instanceof WildcatError && error.code.startsWith("session_")) return given
    throw error
  }
}
