import type { CommandRequest } from "@wildcat/shared/contracts"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { askAboutGroup } from "./ask-about-group.ts"
import { MemberResults, People, groupParams } from "./group-view.ts"

const decide = (action: CommandRequest<"group.decide">["action"], summary: string) =>
  route({
    method: "post",
    path: `/v1/accounts/{id}/groups/{group}/join-requests/${action}`,
    operation: `${action}JoinRequests`,
    tag: "groups",
    summary,
    scope: ["messages"],
    params: groupParams,
    body: jsonBody(People),
    responses: { 200: { description: "What was done", content: { "application/json": MemberResults } } },
    errors: [...whatsAppErrors, "not_group_member", "not_group_admin"],
    async handler({ tenant, params, body }) {
      const account = await linkedAccount(tenant, params.id)
      const order = { group: params.group.jid, action, people: body.people.map(({ jid }) => jid) }
      return { status: 200, body: await askAboutGroup(tenant, account, "group.decide", order) }
    },
  })

export const approveJoinRequests = decide("approve", "Let people join who asked to")
export const rejectJoinRequests = decide("reject", "Refuse people who asked to join")
