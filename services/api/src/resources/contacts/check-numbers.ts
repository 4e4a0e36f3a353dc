import { z } from "zod"
import { AddressInput, NumberCheck } from "@wildcat/shared/contracts"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"

const NumbersToCheck = z
  .strictObject({
    numbers: z
      .array(AddressInput.refine((address) => address.kind === "user", "must be a phone number with country code"))
      .min(1)
      .max(1000),
  })
  .meta({ id: "NumbersToCheck", example: { numbers: ["+49 151 12345678", "5511987654321"] } })

const CheckedNumbers = z.object({ results: z.array(NumberCheck).describe("In the order of the request") }).meta({
  id: "CheckedNumbers",
  example: {
    results: [
      { number: "4915112345678", exists: true, pn: "4915112345678@s.whatsapp.net", lid: "98765432101234@lid" },
      { number: "5511987654321", exists: true, pn: "551187654321@s.whatsapp.net", lid: "98765432101235@lid" },
    ],
  },
})

export const checkNumbers = route({
  method: "post",
  path: "/v1/accounts/{id}/contacts/check",
  operation: "checkNumbers",
  tag: "contacts",
  summary: "Find out which numbers are on WhatsApp",
  description:
    "Answers are kept for a day, that a number is unknown for an hour. Numbers of Brazil, Mexico and Argentina are found in either way of writing them; `pn` is the " +
    "one that WhatsApp knows, and a message to the other goes to it.",
  scope: ["messages"],
  params: accountParams,
  body: jsonBody(NumbersToCheck, 128 * 1024),
  responses: { 200: { description: "One result per number", content: { "application/json": CheckedNumbers } } },
  errors: whatsAppErrors,
  async handler({ tenant, params, body }) {
    const account = await linkedAccount(tenant, params.id)
    const numbers = body.numbers.map(({ jid }) => jid.replace(/@.*$/, ""))
    return { status: 200, body: await tenant.sessions.command(account, "contact.check", { numbers }) }
  },
})
