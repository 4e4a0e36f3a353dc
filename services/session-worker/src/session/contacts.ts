import { derivedId } from "@wildcat/shared/contracts"
import type { Person } from "@wildcat/shared/contracts"
import { memberKey, otherKeys } from "@wildcat/shared/store"
import { userOf } from "../inbound/people.ts"
import type { Change, EventDraft } from "../log/entry.ts"
import type { ContactFields } from "../log/people-marks.ts"
import type { SessionLog } from "../log/session-log.ts"
import type { SessionState, StateChanges } from "../log/state.ts"

type Known = Partial<Pick<ContactFields, "name" | "savedName" | "verifiedName">>

/** The people whom the account knows. They are part of the session's state: only what changed is written and told. */
export interface Contacts {
  /** Something is known of a person. The first time tells nothing; another name than before does, and a learned identity. */
  met(person: Person, known: Known): void
  /** The same as a change that is yet to be staged; empty when it is no news. */
  changeOf(person: Person, known: Known): Change
  /** Both names of people were learned; of interest are those who are known already. */
  identified(people: readonly Person[]): void
  /** Number of the latest change of groups and people. */
  readonly revision: number
  nextRevision(): number
}

const unknown: ContactFields = { pn: null, lid: null, name: null, savedName: null, verifiedName: null }

export function createContacts(options: { account: string; state: SessionState; sessionLog: SessionLog }): Contacts {
  const { account, state, sessionLog } = options
  let revision = state.get("meta", "people") ?? 0

  /** A clock that never goes back, so that documents of an earlier link take later changes, too. */
  const nextRevision = () => (revision = Math.max(revision + 1, Date.now()))
  /** Whoever stands under the person's names: two, while it was not known that they are one. */
  const find = (person: Person): ContactFields[] =>
    [memberKey(person), ...otherKeys(person)].flatMap((key) => state.get("person", key) ?? [])

  const change = (before: readonly ContactFields[], contact: ContactFields): Change => {
    const earlier: StateChanges["person"] = Object.fromEntries(otherKeys(contact).map((key) => [key, null]))
    const mark = { revision: nextRevision(), contact }
    return {
      state: {
        person: { ...earlier, [memberKey(contact)]: contact },
        names: namesOf(contact),
        meta: { people: mark.revision },
      },
      contacts: [mark],
      events: eventsOf(account, before, contact, mark.revision),
    }
  }
  const changeOf = (person: Person, known: Known): Change => {
    // A group has no such name.
    if (person.pn === null && person.lid === null) return {}
    const before = find(person)
    const merged = [...before, person].reduce<ContactFields>(over, unknown)
    const contact = { ...merged, ...known }
    const [only, ...more] = before
    return only !== undefined && more.length === 0 && isEqual(only, contact) ? {} : change(before, contact)
  }
  const met = (person: Person, known: Known) => {
    const news = changeOf(person, known)
    if (news.contacts !== undefined) sessionLog.stage(news, "lazy")
  }
  const identify = (person: Person) => {
    if (find(person).length > 0) met(person, {})
  }
  return {
    met,
    changeOf,
    identified(people) {
      for (const { pn, lid } of people) if (pn !== null && lid !== null) identify({ pn, lid })
    },
    get revision() {
      return revision
    },
    nextRevision,
  }
}

/** Both names, for the next time that only one is said. */
function namesOf({ pn, lid }: ContactFields): Record<string, string> {
  return pn === null || lid === null ? {} : { [userOf(pn)]: userOf(lid), [userOf(lid)]: userOf(pn) }
}

/** What is known lies over what was known before; what is not known hides nothing. */
function over(under: ContactFields, upper: Partial<ContactFields>): ContactFields {
  return { ...under, ...Object.fromEntries(Object.entries(upper).filter(([, value]) => value !== null)) }
}

function isEqual(one: ContactFields, other: ContactFields): boolean {
  return (Object.keys(unknown) as (keyof ContactFields)[]).every((field) => one[field] === other[field])
}

function eventsOf(
  account: string,
  before: readonly ContactFields[],
  now: ContactFields,
  revision: number,
): EventDraft[] {
  const person = { pn: now.pn, lid: now.lid }
  const time = new Date().toISOString()
  const id = (type: string) => derivedId("event", account, type, memberKey(now), String(revision))
  const [first] = before
  const changes = first === undefined ? {} : { ...renamed("name", first, now), ...renamed("verifiedName", first, now) }
  const learned = before.some(({ pn, lid }) => pn !== now.pn || lid !== now.lid)
  return [
    ...(learned ? [{ id: id("identity"), type: "identity.updated", time, data: { person } } as const] : []),
    ...(Object.keys(changes).length > 0
      ? [{ id: id("contact"), type: "contact.update", time, data: { person, changes } } as const]
      : []),
  ]
}

/** A name that is learned for the first time is no change of it. */
function renamed<F extends "name" | "verifiedName">(field: F, before: ContactFields, now: ContactFields) {
  const name = now[field]
  return before[field] !== null && name !== null && name !== before[field] ? { [field]: name } : {}
}
