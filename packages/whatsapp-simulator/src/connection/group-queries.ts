import { type Group, isAdmin } from "../directory/groups.ts"
import type { User } from "../directory/user.ts"
import type { Stanza } from "../stanza/codec.ts"
import { nowSeconds } from "../stanza/ids.ts"
import { attribute, bytesOf, child, childBytes, children, node } from "../stanza/nodes.ts"
import {
  announceGroup,
  changeMembers,
  changeSettings,
  describeGroup,
  type MemberAction,
  renameGroup,
  renewInvite,
} from "./group-changes.ts"
import { answerJoinRequests, joinByInvite, joinByPersonalInvite, listJoinRequests } from "./group-joining.ts"
import { groupNode } from "./group-stanza.ts"
import { forbidden, type IqAnswer, type IqHandler, notFound } from "./iq-answer.ts"
import type { Session } from "./stanza-handlers.ts"
import type { StanzaName } from "./stanza-table.ts"

type GroupQuery = Extract<StanzaName, `iq w:g2${string}`>
type GroupHandler = (group: Group, by: User, change: Stanza, session: Session) => IqAnswer

/** Queries about groups in general, then about one group by a member of it. */
export const groupQueryHandlers = {
  "iq w:g2@ get participating": ({ parts, device }) => [
    node("groups", {}, parts.groups.of(device.user).map(groupNode)),
  ],
  "iq w:g2@ get invite": ({ parts }, iq) => {
    const group = parts.groups.byInviteCode(attribute(child(iq, "invite") ?? iq, "code"))
    return group ? [groupNode(group)] : notFound
  },
  "iq w:g2@ set create": createGroup,
  "iq w:g2@ set leave": leaveGroups,
  "iq w:g2@ set invite": joinByInvite,
  "iq w:g2 set accept": joinByPersonalInvite,
  "iq w:g2 get query": byMember((group) => [groupNode(group)]),
  "iq w:g2 get invite": byAdmin((group) => [node("invite", { code: group.inviteCode })]),
  "iq w:g2 set invite": byAdmin((group, by, _, { parts }) => {
    renewInvite(group, by, parts.groups.newInviteCode())
    return [node("invite", { code: group.inviteCode })]
  }),
  "iq w:g2 set revoke": byAdmin((group, _, change, { parts }) => {
    for (const { user } of participants(parts.directory, change)) if (user) group.personalInvites.delete(user)
    return []
  }),
  "iq w:g2 get membership_approval_requests": byAdmin((group) => [listJoinRequests(group)]),
  "iq w:g2 set membership_requests_action": byAdmin((group, by, change, { parts }) => [
    answerJoinRequests(group, by, change, parts.directory),
  ]),
  "iq w:g2 set add": byMember((group, by, change, session) =>
    isAdmin(group, by) || group.settings.memberAddMode === "all_member_add"
      ? changeMembership(session, change, group, "add")
      : forbidden,
  ),
  "iq w:g2 set remove": byAdmin((group, _, change, session) => changeMembership(session, change, group, "remove")),
  "iq w:g2 set promote": byAdmin((group, _, change, session) => changeMembership(session, change, group, "promote")),
  "iq w:g2 set demote": byAdmin((group, _, change, session) => changeMembership(session, change, group, "demote")),
  "iq w:g2 set subject": byEditor((group, by, change) => {
    renameGroup(group, by, bytesOf(change).toString())
    return []
  }),
  "iq w:g2 set description": byEditor((group, by, change) => {
    const known = group.description?.id
    if (attribute(change, "prev") !== known) return { error: 409, text: "conflict" }
    const text = childBytes(change, "body").toString()
    describeGroup(group, by, text === "" ? undefined : text, attribute(change, "id"))
    return []
  }),
  "iq w:g2 set announcement": setting(() => ({ announcement: true })),
  "iq w:g2 set not_announcement": setting(() => ({ announcement: false })),
  "iq w:g2 set locked": setting(() => ({ locked: true })),
  "iq w:g2 set unlocked": setting(() => ({ locked: false })),
  "iq w:g2 set ephemeral": setting((change) => ({ ephemeralSeconds: Number(attribute(change, "expiration")) })),
  "iq w:g2 set not_ephemeral": setting(() => ({ ephemeralSeconds: 0 })),
  "iq w:g2 set member_add_mode": setting((change) => ({
    memberAddMode: bytesOf(change).toString() === "all_member_add" ? "all_member_add" : "admin_add",
  })),
  "iq w:g2 set membership_approval_mode": setting((change) => ({
    joinApproval: attribute(child(change, "group_join") ?? change, "state") === "on",
  })),
} satisfies Record<GroupQuery, IqHandler>

function byMember(handler: GroupHandler): IqHandler {
  return (session, iq) => {
    const [change] = children(iq)
    const group = session.parts.groups.find(attribute(iq, "to"))
    if (!group || !change) return notFound
    return group.members.has(session.device.user) ? handler(group, session.device.user, change, session) : forbidden
  }
}

function byAdmin(handler: GroupHandler): IqHandler {
  return byMember((group, by, ...rest) => (isAdmin(group, by) ? handler(group, by, ...rest) : forbidden))
}

/** Whoever may change subject and description: everyone, unless the group is locked. */
function byEditor(handler: GroupHandler): IqHandler {
  return byMember((group, by, ...rest) =>
    !group.settings.locked || isAdmin(group, by) ? handler(group, by, ...rest) : forbidden,
  )
}

function setting(read: (change: Stanza) => Partial<Group["settings"]>): IqHandler {
  return byAdmin((group, by, change) => {
    changeSettings(group, by, read(change), change)
    return []
  })
}

function createGroup({ parts, device }: Session, iq: Stanza): IqAnswer {
  const query = child(iq, "create") ?? iq
  const members = participants(parts.directory, query).flatMap(({ user }) => user ?? [])
  const subject = attribute(query, "subject") ?? ""
  const group = parts.groups.create({ subject, creator: device.user, members, addressing: "lid" })
  queueMicrotask(() => announceGroup(group))
  return [groupNode(group)]
}

function leaveGroups({ parts, device }: Session, iq: Stanza): IqAnswer {
  const left = children(child(iq, "leave"), "group")
  for (const named of left) {
    const group = parts.groups.find(attribute(named, "id"))
    if (group?.members.has(device.user)) changeMembers(group, device.user, "leave", [device.user])
  }
  return [node("leave", {}, left)]
}

/** Each participant is answered by itself. */
function changeMembership({ parts, device }: Session, query: Stanza, group: Group, action: MemberAction): IqAnswer {
  const named = participants(parts.directory, query)
  const wantsInvite = (user: User) => action === "add" && user.profile.privacy.get("groupadd") !== "all"
  const users = named.flatMap(({ user }) => (user && !wantsInvite(user) ? user : []))
  if (users.length > 0) changeMembers(group, device.user, action, users)
  const answers = named.map(({ jid, user }) => {
    if (user && wantsInvite(user))
      return node("participant", { jid, error: 403 }, [inviteFor(user, group, parts.groups)])
    return node("participant", { jid, error: user ? undefined : 404 })
  })
  return [node(query.tag, {}, answers)]
}

/** Someone who may not be added can be invited, by a code of their own. */
function inviteFor(user: User, group: Group, groups: Session["parts"]["groups"]): Stanza {
  const code = groups.newInviteCode()
  group.personalInvites.set(user, code)
  return node("add_request", { code, expiration: nowSeconds() + 3 * 86_400 })
}

function participants(
  directory: Session["parts"]["directory"],
  query: Stanza,
): { jid: string; user: User | undefined }[] {
  return children(query, "participant").map((participant) => {
    const jid = attribute(participant, "jid") ?? ""
    return { jid, user: directory.user(jid) }
  })
}
