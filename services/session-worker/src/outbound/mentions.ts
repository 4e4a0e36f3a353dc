import type { GroupMetadata, WASocket } from "@whiskeysockets/baileys"
import type { Person } from "@wildcat/shared/contracts"
import type { OutboxDoc } from "@wildcat/shared/store"
import { nameOf } from "../actions/address-target.ts"
import type { Addressing } from "../actions/address-target.ts"
import { isSame } from "../inbound/envelope.ts"
import { resolvePerson } from "../inbound/people.ts"
import type { Names } from "../inbound/people.ts"

export interface Mentions {
  /** As the message names them. */
  jids: string[]
  people: Person[]
}

/**
 * The people that a send mentions, under the names by which its chat calls people: WhatsApp's clients recognise only
 * these. In a group that is what its members are listed under. Null when it mentions nobody.
 */
export async function readMentions(
  row: OutboxDoc,
  socket: WASocket,
  { names, me }: { names: Names; me(): Person },
): Promise<Mentions | null> {
  const { to, mentions } = row
  if (mentions === undefined || mentions.length === 0) return null
  if (!to.endsWith("@g.us")) {
    const people = mentions === "all" ? [] : mentions.map((jid) => resolvePerson(names, jid))
    return { people, jids: people.map((person) => nameOf(person, to.endsWith("@lid") ? "lid" : "pn")) }
  }
  const group = await socket.groupMetadata(to)
  const members = group.participants.map((each) => resolvePerson(names, each.id, each.phoneNumber, each.lid))
  const own = me()
  const people =
    mentions === "all"
      ? members.filter((member) => !isSame(member, own))
      : mentions.map((jid) => memberOf(members, resolvePerson(names, jid)))
  return { people, jids: people.map((person) => nameOf(person, modeOf(group))) }
}

function modeOf({ addressingMode, participants }: GroupMetadata): Addressing {
  return addressingMode ?? (participants[0]?.id.endsWith("@lid") ? "lid" : "pn")
}

/** The member under both names; somebody else as far as they are known. */
function memberOf(members: readonly Person[], person: Person): Person {
  return members.find((member) => isSame(member, person)) ?? person
}
