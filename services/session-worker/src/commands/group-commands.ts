import { getBinaryNodeChild, getBinaryNodeChildren } from "@whiskeysockets/baileys"
import type { BinaryNode, WASocket } from "@whiskeysockets/baileys"
import { WildcatError } from "@wildcat/shared/contracts"
import type { CommandRequest } from "@wildcat/shared/contracts"
import type { CommandHandlers } from "@wildcat/shared/bus"
import type { Store } from "@wildcat/shared/store"
import { isMember } from "../inbound/group-snapshot.ts"
import { resolvePerson } from "../inbound/people.ts"
import { timeOf } from "../inbound/envelope.ts"
import type { Session } from "../session/session.ts"
import { askGroup, fetchGroup, groupIn, groupQuery } from "./ask-group.ts"
import { askWhatsApp } from "./ask-whatsapp.ts"
import { membersOf, viewGroup } from "./group-view.ts"
import { readResults } from "./member-results.ts"
import { readPictureFile } from "./picture-file.ts"

type Verb = Extract<keyof CommandHandlers, `group.${string}`>

export function groupCommands(session: Session, store: Store): Pick<CommandHandlers, Verb> {
  const { names, me } = session.people
  const set = (group: string, change: BinaryNode) =>
    askGroup(session, group, (socket) => socket.query(groupQuery(group, "set", [change])))
  const shown = async (group: string) => {
    const read = await fetchGroup(session, group)
    await session.settled()
    return { group: viewGroup(read.jid, read.group, me()), members: membersOf(read.group) }
  }
  return {
    async "group.create"({ key, subject, people }) {
      const content = [{ tag: "create", attrs: { subject, key }, content: people.map(participant) }]
      const answer = await askWhatsApp(session, (socket) => socket.query(groupQuery("@g.us", "set", content)))
      const { jid, group } = groupIn(answer, session)
      await session.settled()
      return { group: viewGroup(jid, group, me()), results: readResults(getBinaryNodeChild(answer, "group"), names) }
    },
    "group.get": ({ group }) => shown(group),
    async "group.update"({ group, set: wanted }) {
      for (const change of changesOf(wanted)) await askGroup(session, group, (socket) => change(socket, group))
      return { group: (await shown(group)).group }
    },
    async "group.picture"({ group, media }) {
      const bytes = media === null ? null : await readPictureFile(store, media)
      const content = bytes === null ? [] : [{ tag: "picture", attrs: { type: "image" }, content: bytes }]
      const attrs = { to: "s.whatsapp.net", type: "set", xmlns: "w:profile:picture", target: group }
      await askGroup(session, group, (socket) => socket.query({ tag: "iq", attrs, content }))
      return {}
    },
    async "group.members"({ group, action, people }) {
      const answer = await set(group, { tag: action, attrs: {}, content: people.map(participant) })
      const results = readResults(getBinaryNodeChild(answer, action), names)
      await shown(group)
      return { results }
    },
    async "group.invite"({ group, renew }) {
      const invite = { tag: "invite", attrs: {} }
      const answer = await askGroup(session, group, (socket) =>
        socket.query(groupQuery(group, renew ? "set" : "get", [invite])),
      )
      const code = getBinaryNodeChild(answer, "invite")?.attrs["code"]
      if (code === undefined) throw new WildcatError("refused_by_whatsapp", { detail: "WhatsApp gave no invite code" })
      return { code }
    },
    async "group.preview"({ code }) {
      const answer = await askInvite(session, "get", code)
      const { jid, group } = groupIn(answer, session)
      const size = Number(getBinaryNodeChild(answer, "group")?.attrs["size"])
      const view = viewGroup(jid, group, me())
      // Of a group that one is not in, WhatsApp may name only some members.
      return size > view.size ? { ...view, size } : view
    },
    async "group.join"({ code }) {
      const answer = await askInvite(session, "set", code)
      const pending = getBinaryNodeChild(answer, "membership_approval_request")
      const group = getBinaryNodeChild(answer, "group")?.attrs["jid"] ?? null
      if (group !== null) await shown(group)
      return { group: group ?? pending?.attrs["jid"] ?? null, pending: pending !== undefined }
    },
    async "group.leave"({ group }) {
      const read = await fetchGroup(session, group)
      if (!isMember(read.group, me())) throw new WildcatError("not_group_member")
      const leave = { tag: "leave", attrs: {}, content: [{ tag: "group", attrs: { id: group } }] }
      await askGroup(session, group, (socket) => socket.query(groupQuery("@g.us", "set", [leave])))
      session.people.left(group)
      await session.settled()
      return {}
    },
    async "group.requests"({ group }) {
      const asked = { tag: "membership_approval_requests", attrs: {} }
      const answer = await askGroup(session, group, (socket) => socket.query(groupQuery(group, "get", [asked])))
      const list = getBinaryNodeChild(answer, "membership_approval_requests")
      const requests = getBinaryNodeChildren(list, "membership_approval_request").map(({ attrs }) => ({
        person: resolvePerson(names, attrs["jid"], attrs["phone_number"] ?? attrs["lid"]),
        at: attrs["request_time"] === undefined ? null : timeOf(attrs["request_time"]).toISOString(),
      }))
      return { requests }
    },
    async "group.decide"({ group, action, people }) {
      const decision = { tag: action, attrs: {}, content: people.map(participant) }
      const answer = await set(group, { tag: "membership_requests_action", attrs: {}, content: [decision] })
      const done = getBinaryNodeChild(getBinaryNodeChild(answer, "membership_requests_action"), action)
      const results = readResults(done, names)
      if (action === "approve") await shown(group)
      return { results }
    },
  }
}

type Wanted = CommandRequest<"group.update">["set"]
type Ask = (socket: WASocket, group: string) => Promise<unknown>

/** One question to WhatsApp per setting, in a fixed order. */
function changesOf(wanted: Wanted): Ask[] {
  return (Object.keys(askers) as (keyof Wanted)[]).flatMap((field) => askers[field](wanted) ?? [])
}

const askers: { [F in keyof Wanted]-?: (wanted: Wanted) => Ask | undefined } = {
  subject: ({ subject }) =>
    subject === undefined ? undefined : (socket, to) => socket.groupUpdateSubject(to, subject),
  description: ({ description }) =>
    description === undefined
      ? undefined
      : (socket, to) =>
          socket.groupUpdateDescription(to, description === null || description === "" ? undefined : description),
  announce: ({ announce }) => setting(announce, "announcement", "not_announcement"),
  locked: ({ locked }) => setting(locked, "locked", "unlocked"),
  memberAddMode: ({ memberAddMode }) =>
    memberAddMode === undefined
      ? undefined
      : (socket, to) => socket.groupMemberAddMode(to, memberAddMode === "all" ? "all_member_add" : "admin_add"),
  joinApproval: ({ joinApproval }) =>
    joinApproval === undefined
      ? undefined
      : (socket, to) => socket.groupJoinApprovalMode(to, joinApproval ? "on" : "off"),
  ephemeralSeconds: ({ ephemeralSeconds }) =>
    ephemeralSeconds === undefined ? undefined : (socket, to) => socket.groupToggleEphemeral(to, ephemeralSeconds),
}

type GroupSetting = Parameters<WASocket["groupSettingUpdate"]>[1]

function setting(wanted: boolean | undefined, on: GroupSetting, off: GroupSetting): Ask | undefined {
  return wanted === undefined ? undefined : (socket, to) => socket.groupSettingUpdate(to, wanted ? on : off)
}

/** An invite code that leads nowhere is `not_found`. */
async function askInvite(session: Session, type: "get" | "set", code: string): Promise<BinaryNode> {
  try {
    return await askWhatsApp(session, (socket) =>
      socket.query(groupQuery("@g.us", type, [{ tag: "invite", attrs: { code } }])),
    )
  } catch (error) {
    throw error instanceof WildcatError && isDead(error)
      ? new WildcatError("not_found", { detail: "the invite leads to no group, or not any more", cause: error })
      : error
  }
}

/** 404 for a code that never was, 406 and 410 for one that is not any more. */
function isDead(error: WildcatError): boolean {
  const data: unknown = error.cause instanceof Error ? Reflect.get(error.cause, "data") : undefined
  return error.code === "not_found" || data === 406 || data === 410
}

function participant(jid: string): BinaryNode {
  return { tag: "participant", attrs: { jid } }
}
