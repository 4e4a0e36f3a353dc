import { derivedId } from "@wildcat/shared/contracts"
import type { EventData, Person } from "@wildcat/shared/contracts"
import { memberKey, otherKeys } from "@wildcat/shared/store"
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
  identified(people: readonly { pn: string; lid: string }[]): void
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
  const find = (person: Person): ContactFields | undefined =>
    [memberKey(person), ...otherKeys(person)].map((key) => state.get("person", key)).find((one) => one !== undefined)

  const change = (before: ContactFields | undefined, contact: ContactFields): Change => {
    const earlier: StateChanges["person"] = Object.fromEntries(otherKeys(contact).map((key) => [key, null]))
    const mark = { revision: nextRevision(), contact }
    return {
      state: { person: { ...earlier, [memberKey(contact)]: contact }, meta: { people: mark.revision } },
      contacts: [mark],
      events: before === undefined ? [] : eventsOf(account, before, contact, mark.revision),
    }
  }
  const changeOf = (person: Person, known: Known): Change => {
    const before = find(person)
    const contact = {
      ...unknown,
      ...before,
      ...known,
      pn: person.pn ?? before?.pn ?? null,
      lid: person.lid ?? before?.lid ?? null,
    }
    return before === undefined || !isEqual(before, contact) ? change(before, contact) : {}
  }
  const met = (person: Person, known: Known) => {
    const news = changeOf(person, known)
    if (news.contacts !== undefined) sessionLog.stage(news, "lazy")
  }
  return {
    met,
    changeOf,
    identified(people) {
      for (const person of people) if (find(person) !== undefined) met(person, {})
    },
    get revision() {
      return revision
    },
    nextRevision,
  }
}

function isEqual(one: ContactFields, other: ContactFields): boolean {
  return (Object.keys(unknown) as (keyof ContactFields)[]).every((field) => one[field] === other[field])
}

function eventsOf(account: string, before: ContactFields, now: ContactFields, revision: number): EventDraft[] {
  const person = { pn: now.pn, lid: now.lid }
  const time = new Date().toISOString()
  const id = (type: string) => derivedId("event", account, type, memberKey(now), String(revision))
  const changes: EventData<"contact.update">["changes"] = {
    ...renamed("name", before, now),
    ...renamed("verifiedName", before, now),
  }
  const learned = (before.pn === null && now.pn !== null) || (before.lid === null && now.lid !== null)
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
