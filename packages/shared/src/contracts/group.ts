import { z } from "zod"
import { Person } from "./address.ts"
import { ephemeralChoices } from "./chat.ts"

export const GroupRole = z.enum(["member", "admin", "superadmin"])
export type GroupRole = z.infer<typeof GroupRole>

export const GroupMember = z
  .object({ ...Person.shape, role: GroupRole.describe("`superadmin` is who created the group") })
  .meta({ id: "GroupMember" })
export type GroupMember = z.infer<typeof GroupMember>

/** What can be set of a group, by an admin or, where the group is not `locked`, by any member. */
export const groupSettings = {
  subject: z.string().trim().min(1).max(100).describe("The group's name"),
  description: z.string().max(2048).nullable().describe("Null: none"),
  announce: z.boolean().describe("Only admins may write"),
  locked: z.boolean().describe("Only admins may change subject, description and picture"),
  memberAddMode: z.enum(["all", "admins"]).describe("Who may add members"),
  joinApproval: z.boolean().describe("Who follows the invite link waits until an admin approves"),
  ephemeralSeconds: z
    .literal(ephemeralChoices)
    .describe("After which messages disappear (a day, a week or 90 days); 0: they stay"),
}

/** A group as it is shown: what WhatsApp says of it, everyone under both names. */
export const GroupView = z
  .object({
    id: z.string().describe("JID of the group, e.g. 120363041234567890@g.us"),
    subject: z.string(),
    description: z.string().nullable(),
    owner: Person.nullable().describe("Who created it, where WhatsApp still says so"),
    createdAt: z.iso.datetime().nullable(),
    addressing: z.enum(["lid", "pn"]).describe("How WhatsApp names members in this group's messages"),
    announce: groupSettings.announce,
    locked: groupSettings.locked,
    memberAddMode: groupSettings.memberAddMode,
    joinApproval: groupSettings.joinApproval,
    ephemeralSeconds: z.number().int().describe("Seconds after which messages disappear; 0: they stay"),
    community: z.string().nullable().describe("JID of the community that it belongs to"),
    size: z.number().int().describe("Number of members"),
    role: GroupRole.nullable().describe("The account's own role; null when it is not, or no longer, a member"),
  })
  .meta({
    id: "Group",
    example: {
      id: "120363041234567890@g.us",
      subject: "Climbing on Friday",
      description: "Meet at seven",
      owner: { pn: "4915112345678@s.whatsapp.net", lid: "98765432101234@lid" },
      createdAt: "2026-11-24T10:00:00.000Z",
      addressing: "lid",
      announce: false,
      locked: true,
      memberAddMode: "admins",
      joinApproval: false,
      ephemeralSeconds: 0,
      community: null,
      size: 12,
      role: "admin",
    },
  })
export type GroupView = z.infer<typeof GroupView>

/** What WhatsApp did with one person of a request about several. */
export const MemberResult = z
  .object({
    person: Person,
    ok: z.boolean(),
    code: z
      .enum([
        "done",
        "not_found",
        "invite_needed",
        "already_member",
        "recently_left",
        "not_allowed",
        "group_full",
        "refused",
      ])
      .describe(
        "`invite_needed`: the person's privacy settings ask for a personal invite, which `invite` holds where WhatsApp gave one",
      ),
    invite: z
      .object({ code: z.string(), expiresAt: z.iso.datetime().nullable() })
      .nullable()
      .describe("A personal invite to send to this person"),
  })
  .meta({ id: "MemberResult" })
export type MemberResult = z.infer<typeof MemberResult>

/** What became different about a group; only what did is there. */
export const GroupChanges = z
  .object({
    subject: z.string(),
    description: z.string().nullable(),
    announce: z.boolean(),
    locked: z.boolean(),
    memberAddMode: z.enum(["all", "admins"]),
    joinApproval: z.boolean(),
    ephemeralSeconds: z.number().int(),
    picture: z.enum(["changed", "removed"]),
    inviteLink: z.literal("renewed"),
  })
  .partial()
  .meta({ id: "GroupChanges" })
export type GroupChanges = z.infer<typeof GroupChanges>

/** What happened to people of a group. `request` and `request_ended` are of people who ask to join. */
export const MemberAction = z.enum(["add", "join", "remove", "leave", "promote", "demote", "request", "request_ended"])
export type MemberAction = z.infer<typeof MemberAction>
