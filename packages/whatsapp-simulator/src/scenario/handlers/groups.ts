import { announceGroup, changeMembers, renameGroup } from "../../connection/group-changes.ts"
import { type Group, isAdmin } from "../../directory/groups.ts"
import { groupOf, userOf } from "../lookup.ts"
import type { groupOperations } from "../operations/groups.ts"
import { notFound } from "../problem.ts"
import type { HandlersOf, ScenarioParts } from "../scenario.ts"

export function createGroupHandlers(parts: ScenarioParts): HandlersOf<keyof typeof groupOperations> {
  return {
    createGroup: ({ subject, participants, addressing = "lid" }) => {
      const [creator, ...members] = participants.map((name) => userOf(parts, name, "participants"))
      if (!creator) throw notFound("participants", "person")
      const group = parts.groups.create({ subject, creator, members, addressing })
      announceGroup(group)
      return describe(group)
    },
    changeGroupMembers: ({ groupId, by, action, participants }) => {
      const group = groupOf(parts, groupId)
      const users = participants.map((name) => userOf(parts, name, "participants"))
      changeMembers(group, userOf(parts, by, "by"), action, users)
      return describe(group)
    },
    renameGroup: ({ groupId, by, subject }) => {
      const group = groupOf(parts, groupId)
      renameGroup(group, userOf(parts, by, "by"), subject)
      return describe(group)
    },
    groups: () => parts.groups.list().map(describe),
  }
}

function describe(group: Group) {
  const members = [...group.members.keys()]
  return {
    id: group.jid,
    subject: group.subject,
    addressing: group.addressing,
    participants: members.map(({ pn }) => pn),
    admins: members.filter((user) => isAdmin(group, user)).map(({ pn }) => pn),
  }
}
