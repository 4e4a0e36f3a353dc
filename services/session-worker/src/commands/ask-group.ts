import type { BinaryNode, WASocket } from "@whiskeysockets/baileys"
import { getBinaryNodeChild } from "@whiskeysockets/baileys"
import { WildcatError } from "@wildcat/shared/contracts"
import { isMember, readGroup } from "../inbound/group-snapshot.ts"
import type { GroupSnapshot } from "../inbound/group-snapshot.ts"
import type { Session } from "../session/session.ts"
import { askWhatsApp } from "./ask-whatsapp.ts"

/** Codes by which WhatsApp says that the account may not do this in a group. */
const mayNot = new Set([401, 403])

/**
 * Asks WhatsApp something about a group that it lets only members or admins do. Throws `not_found` for what is no group,
 * `not_group_member` or `not_group_admin` for what the account may not do there, and what `askWhatsApp` throws.
 */
export async function askGroup<T>(
  session: Session,
  group: string,
  question: (socket: WASocket) => Promise<T>,
): Promise<T> {
  try {
    return await askWhatsApp(session, question)
  } catch (error) {
    if (!(error instanceof WildcatError)) throw error
    if (error.code === "not_found")
      throw new WildcatError("not_found", { detail: "there is no such group", cause: error })
    if (!mayNot.has(codeOf(error))) throw error
    throw new WildcatError(await whyNot(session, group), { cause: error })
  }
}

/** The group as WhatsApp describes it now. What it says is stored on the way, see PeopleIntake. */
export async function fetchGroup(session: Session, jid: string): Promise<{ jid: string; group: GroupSnapshot }> {
  const content = [{ tag: "query", attrs: { request: "interactive" } }]
  const answer = await askGroup(session, jid, (socket) => socket.query(groupQuery(jid, "get", content)))
  return groupIn(answer, session)
}

/** Throws `refused_by_whatsapp` when the answer holds none. */
export function groupIn(answer: BinaryNode, session: Session): { jid: string; group: GroupSnapshot } {
  const node = getBinaryNodeChild(answer, "group")
  const read = node && readGroup(node, session.people.names)
  if (!read) throw new WildcatError("refused_by_whatsapp", { detail: "WhatsApp did not describe the group" })
  return read
}

export function groupQuery(to: string, type: "get" | "set", content: BinaryNode[]): BinaryNode {
  return { tag: "iq", attrs: { to, type, xmlns: "w:g2" }, content }
}

async function whyNot(session: Session, group: string): Promise<"not_group_member" | "not_group_admin"> {
  const content = [{ tag: "query", attrs: { request: "interactive" } }]
  try {
    const answer = await askWhatsApp(session, (socket) => socket.query(groupQuery(group, "get", content)))
    const member = isMember(groupIn(answer, session).group, session.people.me())
    return member ? "not_group_admin" : "not_group_member"
  } catch (error) {
    // Whoever is not in a group may not read it.
    if (error instanceof WildcatError && mayNot.has(codeOf(error))) return "not_group_member"
    throw error
  }
}

/** The code of WhatsApp's refusal; 0 when there is none. */
function codeOf(error: WildcatError): number {
  const data: unknown = error.cause instanceof Error ? Reflect.get(error.cause, "data") : undefined
  return typeof data === "number" ? data : 0
}
