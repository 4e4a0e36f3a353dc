import type { CommandRequest } from "@wildcat/shared/contracts"
import { route } from "../../http/route.ts"
import { linkedAccount } from "../linked-account.ts"
import { askAboutGroup } from "./ask-about-group.ts"
import { peopleOfGroup } from "./people-of-group.ts"

const decide = (action: CommandRequest<"group.decide">["action"], summary: string) =>
  route({
    ...peopleOfGroup,
    path: `/v1/accounts/{id}/groups/{group}/join-requests/${action}`,
    operation: `${action}JoinRequests`,
    summary,
    async handler({ tenant, params, body }) {
      const account = await linkedAccount(tenant, params.id)
      const order = { group: params.group.jid, action, people: body.people.map(({ jid }) => jid) }
      return { status: 200, body: await askAboutGroup(tenant, account, "group.decide", order) }
    },
  })

export const approveJoinRequests = decide("approve", "Let people join who asked to")
export const rejectJoinRequests = decide("reject", "Refuse people who asked to join")
