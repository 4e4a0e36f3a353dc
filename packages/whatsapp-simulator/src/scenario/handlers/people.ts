import type { LinkedDevice } from "../../connection/linked-device.ts"
import { NumberTaken } from "../../directory/directory.ts"
import { contactOf, describePerson, linkedDevicesOf, userOf } from "../lookup.ts"
import type { peopleOperations } from "../operations/people.ts"
import { notFound, Problem } from "../problem.ts"
import type { HandlersOf, ScenarioParts } from "../scenario.ts"

export function createPeopleHandlers(parts: ScenarioParts): HandlersOf<keyof typeof peopleOperations> {
  const { people } = parts
  return {
    createContact: ({ autoRead, sink, ...fields }) => {
      const contact = withFreeNumber(() => people.addContact({ ...fields, isSink: sink ?? false }))
      contact.autoRead = autoRead ?? false
      return describePerson(contact.user)
    },
    setAutoRead: ({ contactId, autoRead }) => {
      contactOf(parts, contactId).autoRead = autoRead
      return {}
    },
    createPhone: ({ history = [], sink = false, ...fields }) => {
      const chats = history.map(({ contactId, messages }) => ({ contact: contactOf(parts, contactId).user, messages }))
      return describePerson(withFreeNumber(() => people.addPhone({ ...fields, history: chats, isSink: sink })).user)
    },
    reinstallContact: ({ contactId, silent }) => {
      const contact = contactOf(parts, contactId)
      contact.reinstall()
      if (!silent) contact.announceIdentity()
      return {}
    },
    addCompanion: ({ contactId }) => ({ deviceId: contactOf(parts, contactId).addCompanion() }),
    removeCompanion: ({ contactId, deviceId }) => {
      if (!contactOf(parts, contactId).removeCompanion(deviceId)) throw notFound("deviceId", "companion")
      return {}
    },
    typingSeen: ({ contactId }) => contactOf(parts, contactId).typings,
    setPresence: ({ contactId, presence }) => {
      parts.presences.set(contactOf(parts, contactId).user, presence)
      return {}
    },
    setTyping: ({ contactId, to, state }) => {
      contactOf(parts, contactId).type(userOf(parts, to, "to"), state)
      return {}
    },
    offerCall: ({ contactId, to, video }) => ({
      callId: contactOf(parts, contactId).call(userOf(parts, to, "to"), video ?? false),
    }),
    endCall: ({ contactId, to, callId }) => {
      contactOf(parts, contactId).hangUp(userOf(parts, to, "to"), callId)
      return {}
    },
    contacts: () => people.allContacts().map(({ user }) => describePerson(user)),
    phones: () =>
      people.allPhones().map((phone) => ({
        ...describePerson(phone.user),
        presence: parts.presences.of(phone.user),
        devices: linkedDevicesOf(phone).map(describeDevice),
      })),
  }
}

function describeDevice(device: LinkedDevice) {
  return {
    deviceId: device.id,
    online: device.isOnline,
    pendingStanzas: device.pending.list().length,
    preKeys: device.keys.preKeyCount,
    version: device.version,
  }
}

/** @throws Problem 409 when the number is taken. */
export function withFreeNumber<T>(add: () => T): T {
  try {
    return add()
  } catch (error) {
    if (!(error instanceof NumberTaken)) throw error
    throw new Problem({ status: 409, code: "taken", detail: error.message, field: "phone" })
  }
}
