import { z } from "zod"
import { GroupView, MemberResult, groupSettings } from "@wildcat/shared/contracts"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { PersonInput } from "../person-input.ts"

const NewGroup = z
  .strictObject({
    subject: groupSettings.subject,
    people: z.array(PersonInput).max(1023).default([]).describe("Its first members, besides the account"),
  })
  .meta({ id: "NewGroup", example: { subject: "Climbing on Friday", people: ["+49 151 12345678"] } })

const CreatedGroup = z
  .object({ group: GroupView, results: z.array(MemberResult).describe("Who was added, and who could not be") })
  .meta({
    id: "CreatedGroup",
    example: {
      group: Object(GroupView.meta()?.["example"]),
      results: [
        {
          person: { pn: "4915112345678@s.whatsapp.net", lid: "98765432101234@lid" },
          ok: true,
          code: "done",
          invite: null,
        },
      ],
    },
  })

export const createGroup = route({
  method: "post",
  path: "/v1/accounts/{id}/groups",
  operation: "createGroup",
  tag: "groups",
  summary: "Create a group",
  scope: ["messages"],
  params: accountParams,
  body: jsonBody(NewGroup),
  responses: {
    201: {
      description: "Created",
      content: { "application/json": CreatedGroup },
      headers: { location: "Path of the new group" },
    },
  },
  errors: whatsAppErrors,
  async handler({ tenant, params, body, seed }) {
    const account = await linkedAccount(tenant, params.id)
    const people = body.people.map(({ jid }) => jid)
    const order = { key: `3EB0${seed}`, subject: body.subject, people }
    const made = await tenant.sessions.command(account, "group.create", order)
    return { status: 201, headers: { location: `/v1/accounts/${account._id}/groups/${made.group.id}` }, body: made }
  },
})
