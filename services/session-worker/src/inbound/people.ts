import { personOf, withoutDevice } from "@wildcat/shared/contracts"
import type { ChatRef, Person } from "@wildcat/shared/contracts"

/** Finds the other name of a person, from what the session has learned. */
export interface Names {
  lidOf(pnUser: string): string | undefined
  pnOf(lidUser: string): string | undefined
}

/** A person under both names, where known. */
export function resolvePerson(names: Names, ...jids: readonly (string | null | undefined)[]): Person {
  const { pn, lid } = personOf(...jids)
  const lidUser = pn === null ? undefined : names.lidOf(userOf(pn))
  const pnUser = lid === null ? undefined : names.pnOf(userOf(lid))
  return {
    pn: pn ?? (pnUser === undefined ? null : `${pnUser}@s.whatsapp.net`),
    lid: lid ?? (lidUser === undefined ? null : `${lidUser}@lid`),
  }
}

/** How a person is named in keys: by LID when known, since a number may be learned or change later. */
export function keyOf(person: Person): string {
  return person.lid ?? person.pn ?? ""
}

/** The chat that a JID (and the other name of a person) stands for. */
export function chatOf(names: Names, jid: string, otherName?: string | null): ChatRef {
  const kind = kinds[serverOf(jid)]
  if (kind !== undefined) return { jid: withoutDevice(jid), kind, pn: null, lid: null }
  const person = resolvePerson(names, jid, otherName)
  return { jid: person.pn ?? person.lid ?? withoutDevice(jid), kind: "direct", ...person }
}

export function userOf(jid: string): string {
  return withoutDevice(jid).split("@")[0] ?? ""
}

export function deviceOf(jid: string): number {
  return Number(/:(\d+)@/.exec(jid)?.[1] ?? "0")
}

function serverOf(jid: string): string {
  return jid.split("@")[1] ?? ""
}

const kinds: Partial<Record<string, ChatRef["kind"]>> = {
  "g.us": "group",
  broadcast: "status",
  newsletter: "newsletter",
}
