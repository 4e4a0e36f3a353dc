import type { Group, GroupRole } from "../directory/groups.ts"
import type { User } from "../directory/user.ts"
import type { Stanza } from "../stanza/codec.ts"
import { node } from "../stanza/nodes.ts"

/** A group's metadata as clients read it. */
export function groupNode(group: Group): Stanza {
  const { creator, addressing, createdSeconds } = group
  const attributes = {
    id: group.jid.replace("@g.us", ""),
    jid: group.jid,
    subject: group.subject,
    s_t: createdSeconds,
    s_o: creator.address(addressing),
    creation: createdSeconds,
    creator: creator.address(addressing),
    creator_pn: addressing === "lid" ? creator.pn : undefined,
    addressing_mode: addressing,
    size: group.members.size,
  }
  const members = [...group.members].map(([user, role]) => memberNode(group, user, role))
  return node("group", attributes, [...settingNodes(group), ...descriptionNodes(group), ...members])
}

function descriptionNodes({ description, addressing }: Group): Stanza[] {
  if (!description) return []
  const { id, by, setSeconds, text } = description
  const alias = addressing === "lid" ? { participant_pn: by.pn } : {}
  const attributes = { id, t: setSeconds, participant: by.address(addressing), ...alias }
  return [node("description", attributes, [node("body", {}, Buffer.from(text))])]
}

/** A setting that is off is left out. */
function settingNodes({ settings }: Group): Stanza[] {
  const { announcement, locked, memberAddMode, joinApproval, ephemeralSeconds } = settings
  return [
    ...(announcement ? [node("announcement")] : []),
    ...(locked ? [node("locked")] : []),
    ...(ephemeralSeconds > 0 ? [node("ephemeral", { expiration: ephemeralSeconds })] : []),
    ...(joinApproval ? [node("membership_approval_mode", {}, [node("group_join", { state: "on" })])] : []),
    node("member_add_mode", {}, memberAddMode),
  ]
}

export function memberNode({ addressing }: Group, user: User, role: GroupRole): Stanza {
  const alias = addressing === "lid" ? { phone_number: user.pn } : { lid: user.lid }
  return node("participant", { jid: user.address(addressing), ...alias, type: role === "member" ? undefined : role })
}
