import {
  announceGroup,
  changeMembers,
  changeSettings,
  describeGroup,
  renameGroup,
} from "../../connection/group-changes.ts"
import { enter } from "../../connection/group-joining.ts"
import { type Group, isAdmin } from "../../directory/groups.ts"
import { node } from "../../stanza/nodes.ts"
import { contactOf, groupOf, userOf } from "../lookup.ts"
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
    describeGroup: ({ groupId, by, text }) => {
      const group = groupOf(parts, groupId)
      describeGroup(group, userOf(parts, by, "by"), text)
      return describe(group)
    },
    changeGroupSetting: ({ groupId, by, setting }) => {
      const group = groupOf(parts, groupId)
      changeSettings(group, userOf(parts, by, "by"), settings[setting], node(setting))
      return describe(group)
    },
    joinGroup: ({ contactId, inviteCode }) => {
      const group = parts.groups.byInviteCode(inviteCode)
      if (!group) throw notFound("inviteCode", "group")
      enter(group, contactOf(parts, contactId).user)
      return describe(group)
    },
    inviteToGroup: ({ groupId, person }) => {
      const inviteCode = parts.groups.newInviteCode()
      groupOf(parts, groupId).personalInvites.set(userOf(parts, person, "person"), inviteCode)
      return { inviteCode }
    },
    groups: () => parts.groups.list().map(describe),
  }

  function describe(group: Group) {
    const picture = group.picture && parts.media.get(group.picture.directPath)
    return { ...summary(group), ...(picture && { pictureBase64: picture.toString("base64") }) }
  }
}

const settings = {
  announcement: { announcement: true },
  not_announcement: { announcement: false },
  locked: { locked: true },
  unlocked: { locked: false },
} as const

function summary(group: Group) {
  const members = [...group.members.keys()]
  return {
    id: group.jid,
    subject: group.subject,
    addressing: group.addressing,
    participants: members.map(({ pn }) => pn),
    admins: members.filter((user) => isAdmin(group, user)).map(({ pn }) => pn),
    ...(group.description && { description: group.description.text }),
    inviteCode: group.inviteCode,
    joinRequests: [...group.joinRequests.keys()].map(({ pn }) => pn),
    settings: group.settings,
  }
}
