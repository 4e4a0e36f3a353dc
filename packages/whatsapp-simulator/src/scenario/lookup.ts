import { clientsOf } from "../connection/linked-device.ts"
import type { LinkedDevice } from "../connection/linked-device.ts"
import type { ServerParts } from "../connection/server-parts.ts"
import type { Group } from "../directory/groups.ts"
import type { User } from "../directory/user.ts"
import type { Contact } from "../people/contact.ts"
import type { Phone } from "../people/phone.ts"
import type { Destination } from "../people/sent-messages.ts"
import type { DestinationFields } from "./operations/shapes.ts"
import { notFound } from "./problem.ts"

/** Who or what a request names; each throws a 404 that names the field. */
export function phoneOf(parts: ServerParts, phoneId: string): Phone {
  const phone = parts.people.phone(phoneId)
  if (!phone) throw notFound("phoneId", "phone")
  return phone
}

export function contactOf(parts: ServerParts, contactId: string): Contact {
  const contact = parts.people.contact(contactId)
  if (!contact) throw notFound("contactId", "contact")
  return contact
}

export function personOf(parts: ServerParts, id: string, field: string): Contact | Phone {
  const person = parts.people.contact(id) ?? parts.people.phone(id)
  if (!person) throw notFound(field, "contact or phone")
  return person
}

/** A person by id, phone number or JID. */
export function userOf({ people, directory }: ServerParts, name: string, field: string): User {
  const user =
    people.contact(name)?.user ??
    people.phone(name)?.user ??
    directory.user(name) ??
    directory.byNumber(name.replace(/^\+/, ""))
  if (!user) throw notFound(field, "person")
  return user
}

export function groupOf(parts: ServerParts, groupId: string): Group {
  const group = parts.groups.find(groupId)
  if (!group) throw notFound("groupId", "group")
  return group
}

export function destinationOf(parts: ServerParts, { to, groupId }: DestinationFields): Destination {
  if (groupId !== undefined) return { kind: "group", group: groupOf(parts, groupId) }
  return { kind: "user", user: userOf(parts, to ?? "", "to") }
}

export function linkedDevicesOf(phone: Phone): LinkedDevice[] {
  return clientsOf(phone.user)
}

export function describePerson({ id, phone, pn, lid, name }: User) {
  return { id, phone, pn, lid, name }
}
