import type { Group, GroupRole } from "../directory/groups.ts"
import type { User } from "../directory/user.ts"
import type { Stanza } from "../stanza/codec.ts"
import { node } from "../stanza/nodes.ts"

/** A group's metadata as clients read it. */
export function groupNode(group: Group): Stanza {
  const { creator, addressing, createdSeconds, description } = group
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
  const about =
    description === undefined ? [] : [node("description", { id: "1" }, [node("body", {}, Buffer.from(description))])]
  return node("group", attributes, [...about, ...members])
}

export function memberNode({ addressing }: Group, user: User, role: GroupRole): Stanza {
  const alias = addressing === "lid" ? { phone_number: user.pn } : { lid: user.lid }
  return node("participant", { jid: user.address(addressing), ...alias, type: role === "member" ? undefined : role })
}
