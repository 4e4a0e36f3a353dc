import { z } from "zod"
import { GroupMember, GroupView, MemberResult, idSchema } from "@wildcat/shared/contracts"
import type { AccountDoc, GroupDoc } from "@wildcat/shared/store"
import type { GroupSummary } from "../../tenant/groups.ts"
import { GroupInput, PersonInput } from "../person-input.ts"

export const groupParams = z.strictObject({ id: idSchema("account"), group: GroupInput.describe("JID of the group") })

const example = GroupView.meta()?.["example"]
const person = { pn: "4915112345678@s.whatsapp.net", lid: "98765432101234@lid" }

/** A group with everyone in it. */
export const GroupWithMembers = z
  .object({ ...GroupView.shape, participants: z.array(GroupMember) })
  .meta({ id: "GroupWithMembers", example: { ...Object(example), participants: [{ ...person, role: "superadmin" }] } })

export const People = z
  .strictObject({ people: z.array(PersonInput).min(1).max(1024).describe("Phone numbers or JIDs") })
  .meta({ id: "People", example: { people: ["+49 151 12345678"] } })

export const MemberResults = z
  .object({ results: z.array(MemberResult).describe("One for each person, in WhatsApp's order") })
  .meta({ id: "MemberResults", example: { results: [{ person, ok: true, code: "done", invite: null }] } })

export const Invite = z.object({ code: z.string(), link: z.url() }).meta({
  id: "GroupInvite",
  example: { code: "AbCdEf123456GhIjKl7890", link: "https://chat.whatsapp.com/AbCdEf123456GhIjKl7890" },
})

export function viewInvite(code: string) {
  return { code, link: `https://chat.whatsapp.com/${code}` }
}

export function viewGroup(group: GroupSummary) {
  const { jid, size, role, createdAt } = group
  return {
    id: jid,
    subject: group.subject,
    description: group.description,
    owner: group.owner,
    createdAt: createdAt?.toISOString() ?? null,
    addressing: group.addressing,
    announce: group.announce,
    locked: group.locked,
    memberAddMode: group.memberAddMode,
    joinApproval: group.joinApproval,
    ephemeralSeconds: group.ephemeralSeconds,
    community: group.community,
    size,
    role,
  }
}

export function viewGroupWithMembers({ me }: AccountDoc, { members, ...group }: GroupDoc) {
  const participants = Object.values(members)
  const own = participants.find(({ pn, lid }) => (pn !== null && pn === me?.pn) || (lid !== null && lid === me?.lid))
  const role = group.joined ? (own?.role ?? null) : null
  return { ...viewGroup({ ...group, size: participants.length, role }), participants }
}
