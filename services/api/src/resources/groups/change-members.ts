import type { CommandRequest } from "@wildcat/shared/contracts"
import { route } from "../../http/route.ts"
import { linkedAccount } from "../linked-account.ts"
import { askAboutGroup } from "./ask-about-group.ts"
import { peopleOfGroup } from "./people-of-group.ts"

type Action = CommandRequest<"group.members">["action"]

const summaries: Record<Action, string> = {
  add: "Add people to a group",
  remove: "Remove people from a group",
  promote: "Make members admins of a group",
  demote: "Make admins of a group members again",
}

const changeMembers = (action: Action) =>
  route({
    ...peopleOfGroup,
    path: `/v1/accounts/{id}/groups/{group}/participants/${action}`,
    operation: `${action}Participants`,
    summary: summaries[action],
    description:
      "Each person has a result: WhatsApp may do it for some and refuse others, or ask for a personal invite.",
    async handler({ tenant, params, body }) {
      const account = await linkedAccount(tenant, params.id)
      const order = { group: params.group.jid, action, people: body.people.map(({ jid }) => jid) }
      return { status: 200, body: await askAboutGroup(tenant, account, "group.members", order) }
    },
  })

export const addParticipants = changeMembers("add")
export const removeParticipants = changeMembers("remove")
export const promoteParticipants = changeMembers("promote")
export const demoteParticipants = changeMembers("demote")
