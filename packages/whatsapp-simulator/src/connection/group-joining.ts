import type { Directory } from "../directory/directory.ts"
import type { Group } from "../directory/groups.ts"
import type { User } from "../directory/user.ts"
import type { Stanza } from "../stanza/codec.ts"
import { attribute, child, children, node } from "../stanza/nodes.ts"
import { changeMembers, requestToJoin } from "./group-changes.ts"
import { type IqAnswer, notFound } from "./iq-answer.ts"
import type { Session } from "./stanza-handlers.ts"

/** Joins by the code of an invite link; a group that asks its admins first only notes the wish. */
export function joinByInvite({ parts, device }: Session, iq: Stanza): IqAnswer {
  const group = parts.groups.byInviteCode(attribute(child(iq, "invite") ?? iq, "code"))
  if (!group) return notFound
  enter(group, device.user)
  return [node(group.settings.joinApproval ? "membership_approval_request" : "group", { jid: group.jid })]
}

/** Joins, or asks to, when the admins want to be asked. */
export function enter(group: Group, user: User): void {
  if (group.settings.joinApproval) requestToJoin(group, user)
  else changeMembers(group, user, "add", [user])
}

/** Joins by an invite that was written to this person alone. */
export function joinByPersonalInvite({ parts, device }: Session, iq: Stanza): IqAnswer {
  const group = parts.groups.find(attribute(iq, "to"))
  const accept = child(iq, "accept")
  const code = group?.personalInvites.get(device.user)
  if (!group || !accept || code === undefined || code !== attribute(accept, "code")) return notFound
  group.personalInvites.delete(device.user)
  changeMembers(group, parts.directory.user(attribute(accept, "admin")) ?? group.creator, "add", [device.user])
  return []
}

export function listJoinRequests(group: Group): Stanza {
  const requests = [...group.joinRequests].map(([user, seconds]) => {
    const alias = group.addressing === "lid" ? { phone_number: user.pn } : {}
    const attributes = { jid: user.address(group.addressing), ...alias, request_method: "invite_link" }
    return node("membership_approval_request", { ...attributes, request_time: seconds })
  })
  return node("membership_approval_requests", {}, requests)
}

/** Each request is answered by itself: 404 for one that was never made. */
export function answerJoinRequests(group: Group, by: User, action: Stanza, directory: Directory): Stanza {
  const answers = children(action).map((decision) => {
    const named = children(decision, "participant").map((participant) => {
      const jid = attribute(participant, "jid") ?? ""
      const user = directory.user(jid)
      const isAsked = user !== undefined && group.joinRequests.delete(user)
      if (isAsked && decision.tag === "approve") changeMembers(group, by, "add", [user])
      return node("participant", { jid, error: isAsked ? undefined : 404 })
    })
    return node(decision.tag, {}, named)
  })
  return node("membership_requests_action", {}, answers)
}
