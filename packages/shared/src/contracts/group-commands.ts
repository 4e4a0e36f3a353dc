import { z } from "zod"
import { Person } from "./address.ts"
import { GroupMember, GroupView, MemberResult, groupSettings } from "./group.ts"

const group = z.string().regex(/@g\.us$/)
const people = z.array(z.string()).max(1024)

/** Orders about groups. `group` is a group's JID, `people` are canonical JIDs of persons under either name. */
export const groupCommands = {
  /** `key` names the creation: WhatsApp is given the same one when the call is repeated. */
  "group.create": {
    request: z.object({ key: z.string().max(64), subject: groupSettings.subject, people }),
    reply: z.object({ group: GroupView, results: z.array(MemberResult) }),
    deadlineMs: 30_000,
  },
  /** Asks WhatsApp for a group; what it says is stored. */
  "group.get": {
    request: z.object({ group }),
    reply: z.object({ group: GroupView, members: z.array(GroupMember) }),
    deadlineMs: 20_000,
  },
  "group.update": {
    request: z.object({ group, set: z.object(groupSettings).partial() }),
    reply: z.object({ group: GroupView }),
    deadlineMs: 45_000,
  },
  /** `media` is the stored picture, a JPEG; null removes it. */
  "group.picture": {
    request: z.object({ group, media: z.string().nullable() }),
    reply: z.object({}),
    deadlineMs: 30_000,
  },
  "group.members": {
    request: z.object({ group, action: z.enum(["add", "remove", "promote", "demote"]), people }),
    reply: z.object({ results: z.array(MemberResult) }),
    deadlineMs: 30_000,
  },
  "group.invite": {
    request: z.object({ group, renew: z.boolean() }),
    reply: z.object({ code: z.string() }),
    deadlineMs: 20_000,
  },
  /** What an invite code leads to, without joining. */
  "group.preview": { request: z.object({ code: z.string() }), reply: GroupView, deadlineMs: 20_000 },
  /** Joins, or asks to where admins approve: then `group` may be null. */
  "group.join": {
    request: z.object({ code: z.string() }),
    reply: z.object({ group: group.nullable(), pending: z.boolean() }),
    deadlineMs: 30_000,
  },
  "group.leave": { request: z.object({ group }), reply: z.object({}), deadlineMs: 20_000 },
  "group.requests": {
    request: z.object({ group }),
    reply: z.object({ requests: z.array(z.object({ person: Person, at: z.iso.datetime().nullable() })) }),
    deadlineMs: 20_000,
  },
  "group.decide": {
    request: z.object({ group, action: z.enum(["approve", "reject"]), people }),
    reply: z.object({ results: z.array(MemberResult) }),
    deadlineMs: 30_000,
  },
} as const
