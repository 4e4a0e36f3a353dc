import { z } from "zod"
import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { personParams } from "./contact-view.ts"

const About = z
  .object({
    about: z.string().nullable().describe("Null when the person does not show it to the account"),
    setAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "About", example: { about: "At the movies", setAt: "2026-11-24T10:00:00.000Z" } })

export const getContactAbout = route({
  method: "get",
  path: "/v1/accounts/{id}/contacts/{person}/about",
  operation: "getContactAbout",
  tag: "contacts",
  summary: "Get a person's about text",
  scope: ["messages", "read"],
  params: personParams,
  responses: { 200: { description: "The text", content: { "application/json": About } } },
  errors: whatsAppErrors,
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    return { status: 200, body: await tenant.sessions.command(account, "contact.about", { person: params.person.jid }) }
  },
})
