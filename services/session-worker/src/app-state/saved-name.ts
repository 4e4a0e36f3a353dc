import type { ChatMutation } from "@whiskeysockets/baileys"
import { resolvePerson } from "../inbound/people.ts"
import type { Names } from "../inbound/people.ts"
import type { Change } from "../log/entry.ts"
import type { Contacts } from "../session/contacts.ts"

/** What the phone's address book calls a person, where a fact of the app state says so. */
export function savedNameChange({ index, syncAction }: ChatMutation, names: Names, contacts: Contacts): Change {
  const [kind, jid = ""] = index
  if (kind !== "contact") return {}
  const action = syncAction.value?.contactAction
  const person = resolvePerson(names, jid, action?.lidJid, action?.pnJid)
  if (person.pn === null && person.lid === null) return {}
  return contacts.changeOf(person, { savedName: action?.fullName || action?.firstName || null })
}
