import { createHash } from "node:crypto"
import { getBinaryNodeChild, getBinaryNodeChildren } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"
import { derivedId } from "@wildcat/shared/contracts"
import type { LiveEventData } from "@wildcat/shared/contracts"
import { readAbout, readPicture } from "../inbound/contact-notice.ts"
import type { ContactNews } from "../inbound/contact-notice.ts"
import { readEnvelope, timeOf } from "../inbound/envelope.ts"
import type { Viewpoint } from "../inbound/envelope.ts"
import { actorOf, readGroupChange } from "../inbound/group-change.ts"
import type { ToldOfGroup } from "../inbound/group-change.ts"
import { isMember, readGroup } from "../inbound/group-snapshot.ts"
import { chatOf, keyOf } from "../inbound/people.ts"
import { readPresence } from "../inbound/presence.ts"
import { verifiedNameOf } from "../inbound/verified-name.ts"
import type { EventDraft } from "../log/entry.ts"
import type { SessionLog } from "../log/session-log.ts"
import type { SessionState } from "../log/state.ts"
import type { Contacts } from "./contacts.ts"
import { createNotices } from "./notices.ts"

export interface PeopleIntakeOptions {
  state: SessionState
  sessionLog: SessionLog
  view: Viewpoint
  contacts: Contacts
  /** A group changed in a way that does not tell how it is now. */
  refresh(group: string): void
  /** Somebody comes, goes or types: worth nothing a moment later. */
  present(presence: LiveEventData<"presence.update">): void
}

/** Turns what WhatsApp says of groups and people, besides messages, into changes of the session. */
export interface PeopleIntake {
  /** A message has come in: who wrote it, and under which name. */
  met(stanza: BinaryNode): void
  notification(stanza: BinaryNode): void
  /** WhatsApp has answered with one group, or with all of the account's. */
  groups(answer: BinaryNode): void
  presence(stanza: BinaryNode): void
  /** WhatsApp has confirmed that the account left a group. */
  left(jid: string): void
}

export function createPeopleIntake(options: PeopleIntakeOptions): PeopleIntake {
  const { state, sessionLog, view, contacts } = options
  const notices = createNotices(state)

  /** Says what happened in a group under ids that a repeated notification has, too. */
  const drafts = (stanza: BinaryNode, told: readonly ToldOfGroup[]): EventDraft[] => {
    const chat = chatOf(view.names, stanza.attrs["from"] ?? "")
    const by = actorOf(stanza, view)
    const time = timeOf(stanza.attrs["t"]).toISOString()
    return told.map((each, index) => {
      const id = derivedId("event", view.account, chat.jid, stanza.attrs["id"] ?? "", String(index))
      return each.type === "group.update"
        ? { id, time, type: each.type, data: { chat, by, ...each.data } }
        : { id, time, type: each.type, data: { chat, by, ...each.data } }
    })
  }
  const groupNotification = (stanza: BinaryNode) => {
    const jid = stanza.attrs["from"] ?? ""
    const by = actorOf(stanza, view)
    const news = childrenOf(stanza).flatMap((change) => readGroupChange(change, by, view) ?? [])
    const groups = news.flatMap(({ update }) => (update ? [{ jid, revision: contacts.nextRevision(), ...update }] : []))
    const told = news.flatMap((each) => each.told)
    if (news.length > 0) {
      sessionLog.stage({
        state: { ...notices.take(stanza), "group-digest": { [jid]: null }, meta: { people: contacts.revision } },
        groups,
        events: drafts(stanza, told),
      })
    }
    if (news.some(({ incomplete }) => incomplete)) options.refresh(jid)
  }
  const groupPicture = (stanza: BinaryNode) => {
    const picture = readPicture(stanza)
    if (picture === null) return
    const author = childrenOf(stanza)[0]?.attrs["author"]
    const data = { action: "changed", changes: { picture } } as const
    const acted = author === undefined ? stanza : { ...stanza, attrs: { ...stanza.attrs, participant: author } }
    sessionLog.stage({ state: notices.take(stanza), events: drafts(acted, [{ type: "group.update", data }]) })
  }
  const contactNotification = (stanza: BinaryNode, changes: ContactNews) => {
    const person = chatOf(view.names, stanza.attrs["from"] ?? "", stanza.attrs["sender_lid"] ?? null)
    const id = derivedId("event", view.account, keyOf(person), stanza.attrs["id"] ?? "")
    const time = timeOf(stanza.attrs["t"]).toISOString()
    const data = { person: { pn: person.pn, lid: person.lid }, changes }
    sessionLog.stage({ state: notices.take(stanza), events: [{ id, type: "contact.update", time, data }] })
  }
  const pictureNotification = (stanza: BinaryNode) => {
    if (stanza.attrs["from"]?.endsWith("@g.us")) return groupPicture(stanza)
    const picture = readPicture(stanza)
    if (picture !== null) contactNotification(stanza, { picture })
  }
  const aboutNotification = (stanza: BinaryNode) => {
    const about = readAbout(stanza)
    if (about !== null) contactNotification(stanza, { about })
  }
  const snapshot = (node: BinaryNode) => {
    const read = readGroup(node, view.names)
    if (read === null || !isMember(read.group, view.me)) return null
    const { jid, group } = read
    const digest = createHash("sha256").update(JSON.stringify(group)).digest("base64").slice(0, 22)
    if (state.get("group-digest", jid) !== digest) {
      contacts.identified(Object.values(group.members))
      sessionLog.stage({
        state: { "group-digest": { [jid]: digest }, meta: { people: contacts.nextRevision() } },
        groups: [{ jid, revision: contacts.revision, kind: "snapshot", group }],
      })
    }
    return jid
  }
  const byType: Partial<Record<string, (stanza: BinaryNode) => void>> = {
    "w:gp2": groupNotification,
    picture: pictureNotification,
    status: aboutNotification,
  }
  return {
    met(stanza) {
      const envelope = readEnvelope(stanza, view)
      if (envelope.fromMe || envelope.isPeer || keyOf(envelope.author) === "") return
      contacts.met(envelope.author, {
        ...(envelope.authorName === null ? {} : { name: envelope.authorName }),
        ...verifiedNameOf(stanza),
      })
    },
    notification(stanza) {
      if (!notices.hasTaken(stanza)) byType[stanza.attrs["type"] ?? ""]?.(stanza)
    },
    groups(answer) {
      const one = getBinaryNodeChild(answer, "group")
      if (one !== undefined) snapshot(one)
      const all = getBinaryNodeChild(answer, "groups")
      if (all === undefined) return
      const jids = getBinaryNodeChildren(all, "group").flatMap((node) => snapshot(node) ?? [])
      const revision = contacts.nextRevision()
      sessionLog.stage({ state: { meta: { people: revision } }, groups: [{ revision, kind: "all", jids }] })
    },
    left(jid) {
      const revision = contacts.nextRevision()
      sessionLog.stage({
        state: { "group-digest": { [jid]: null }, meta: { people: revision } },
        groups: [{ jid, revision, kind: "members", put: [], drop: [view.me], joined: false }],
      })
    },
    presence(stanza) {
      const presence = readPresence(stanza, view.names)
      if (presence !== null) options.present(presence)
    },
  }
}

function childrenOf({ content }: BinaryNode): readonly BinaryNode[] {
  return Array.isArray(content) ? content : []
}
