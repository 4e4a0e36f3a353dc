import type { Group, GroupRole } from "../directory/groups.ts"
import type { User } from "../directory/user.ts"
import { serverAddress } from "../stanza/addresses.ts"
import type { Stanza } from "../stanza/codec.ts"
import { attribute, children, node } from "../stanza/nodes.ts"
import type { IqAnswer } from "./iq-handlers.ts"
import type { Session } from "./stanza-handlers.ts"

/** Answers `w:g2`: one group's metadata, or all groups of the account. */
export function answerGroupQuery({ parts, device }: Session, iq: Stanza): IqAnswer {
  const [query] = children(iq)
  if (query?.tag === "participating") {
    return [node("groups", {}, parts.groups.of(device.user).map(groupNode))]
  }
  const group = parts.groups.find(attribute(iq, "to"))
  if (!group) return { error: 404, text: "item-not-found" }
  if (!group.members.has(device.user)) return { error: 403, text: "forbidden" }
  if (query?.tag === "query") return [groupNode(group)]
  parts.counters.unknownStanzas += 1
  return { error: 501, text: `not implemented for ${serverAddress}` }
}

/** A group's metadata as clients read it. */
export function groupNode(group: Group): Stanza {
  const { creator, addressing, createdSeconds } = group
  const attributes = {
    id: group.jid.replace("@g.us", ""),
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
  return node("group", attributes, members)
}

function memberNode({ addressing }: Group, user: User, role: GroupRole): Stanza {
  const alias = addressing === "lid" ? { phone_number: user.pn } : { lid: user.lid }
  return node("participant", { jid: user.address(addressing), ...alias, type: role === "member" ? undefined : role })
}
