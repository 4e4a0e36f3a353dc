import { type Group, isAdmin } from "../directory/groups.ts"
import type { User } from "../directory/user.ts"
import type { Stanza } from "../stanza/codec.ts"
import { attribute, bytesOf, childBytes, children, node } from "../stanza/nodes.ts"
import { announceGroup, changeMembers, describeGroup, type MemberAction, renameGroup } from "./group-changes.ts"
import { groupNode } from "./group-stanza.ts"
import type { IqAnswer } from "./iq-handlers.ts"
import type { Session } from "./stanza-handlers.ts"

type GroupHandler = (session: Session, query: Stanza, group: Group) => IqAnswer
const forbidden = { error: 403, text: "forbidden" }
const notFound = { error: 404, text: "item-not-found" }

/** Queries about the account's groups in general. */
const generalHandlers: Record<string, (session: Session, query: Stanza) => IqAnswer> = {
  "get participating": ({ parts, device }) => [node("groups", {}, parts.groups.of(device.user).map(groupNode))],
  "set create": createGroup,
  "set leave": leaveGroups,
  "set invite": joinByInvite,
}

/** Queries about one group, by members. */
const groupHandlers: Record<string, GroupHandler> = {
  "get query": (_session, _query, group) => [groupNode(group)],
  "get invite": (_session, _query, group) => [node("invite", { code: group.inviteCode })],
  "set add": (session, query, group) => changeMembership(session, query, group, "add"),
  "set remove": (session, query, group) => changeMembership(session, query, group, "remove"),
  "set promote": (session, query, group) => changeMembership(session, query, group, "promote"),
  "set demote": (session, query, group) => changeMembership(session, query, group, "demote"),
  "set subject": ({ device }, query, group) => {
    renameGroup(group, device.user, bytesOf(query).toString())
    return []
  },
  "set description": ({ device }, query, group) => {
    const text = childBytes(query, "body").toString()
    describeGroup(group, device.user, text === "" ? undefined : text)
    return []
  },
}

/** Answers `w:g2`. */
export function answerGroupQuery(session: Session, iq: Stanza): IqAnswer {
  const [query] = children(iq)
  const key = `${attribute(iq, "type")} ${query?.tag}`
  const general = generalHandlers[key]
  if (query && general && attribute(iq, "to") === "@g.us") return general(session, query)
  const group = session.parts.groups.find(attribute(iq, "to"))
  if (!group) return notFound
  if (!group.members.has(session.device.user)) return forbidden
  const handler = groupHandlers[key]
  if (query && handler) return handler(session, query, group)
  session.parts.counters.unknownStanzas += 1
  return { error: 501, text: "feature-not-implemented" }
}

function createGroup({ parts, device }: Session, query: Stanza): IqAnswer {
  const members = participants(parts.directory, query).flatMap(({ user }) => user ?? [])
  const subject = attribute(query, "subject") ?? ""
  const group = parts.groups.create({ subject, creator: device.user, members, addressing: "lid" })
  queueMicrotask(() => announceGroup(group))
  return [groupNode(group)]
}

function leaveGroups({ parts, device }: Session, query: Stanza): IqAnswer {
  for (const named of children(query, "group")) {
    const group = parts.groups.find(attribute(named, "id"))
    if (group?.members.has(device.user)) changeMembers(group, device.user, "leave", [device.user])
  }
  return [node("leave", {}, children(query, "group"))]
}

function joinByInvite({ parts, device }: Session, query: Stanza): IqAnswer {
  const group = parts.groups.list().find(({ inviteCode }) => inviteCode === attribute(query, "code"))
  if (!group) return notFound
  changeMembers(group, device.user, "add", [device.user])
  return [node("group", { jid: group.jid })]
}

/** Only admins change members; each participant is answered by itself. */
function changeMembership({ parts, device }: Session, query: Stanza, group: Group, action: MemberAction): IqAnswer {
  if (!isAdmin(group, device.user)) return forbidden
  const named = participants(parts.directory, query)
  const users = named.flatMap(({ user }) => user ?? [])
  if (users.length > 0) changeMembers(group, device.user, action, users)
  const answers = named.map(({ jid, user }) => node("participant", { jid, error: user ? undefined : 404 }))
  return [node(query.tag, {}, answers)]
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
