import { z } from "zod"
import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { askAboutGroup } from "./ask-about-group.ts"
import { inviteParams } from "./invite-params.ts"

const Joined = z
  .object({
    group: z.string().nullable().describe("JID of the group, where WhatsApp names it"),
    pending: z.boolean().describe("The account is no member yet: an admin must approve"),
  })
  .meta({ id: "JoinedGroup", example: { group: "120363041234567890@g.us", pending: false } })

export const joinGroup = route({
  method: "post",
  path: "/v1/accounts/{id}/group-invites/{code}/join",
  operation: "joinGroup",
  tag: "groups",
  summary: "Join a group by its invite",
  scope: ["messages"],
  params: inviteParams,
  responses: { 200: { description: "Joined, or asked to", content: { "application/json": Joined } } },
  errors: whatsAppErrors,
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    return { status: 200, body: await askAboutGroup(tenant, account, "group.join", { code: params.code }, "path.code") }
  },
})
