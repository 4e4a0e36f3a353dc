import type { proto } from "@whiskeysockets/baileys"
import { LinkedDevice } from "../connection/linked-device.ts"
import type { ServerParts } from "../connection/server-parts.ts"
import { NumberTaken } from "../directory/directory.ts"
import type { Group } from "../directory/groups.ts"
import type { User } from "../directory/user.ts"
import type { Contact } from "../people/contact.ts"
import type { Phone } from "../people/phone.ts"
import type { Destination } from "../people/sent-messages.ts"
import { messageId as newMessageId, nowSeconds, stanzaId } from "../stanza/ids.ts"
import { attribute, node } from "../stanza/nodes.ts"
import { groupNode } from "../connection/group-queries.ts"
import { endConnections, removeDevices } from "./disconnections.ts"
import type { OperationName, OperationRequest, OperationResponse } from "./operations.ts"
import { notFound, Problem, timedOut } from "./problem.ts"
import type { ReceiptLedger } from "./receipt-ledger.ts"

export type ScenarioParts = ServerParts & { ledger: ReceiptLedger }
export type Scenario = {
  [Name in OperationName]: (
    request: OperationRequest<Name>,
    signal: AbortSignal,
  ) => Promise<OperationResponse<Name>> | OperationResponse<Name>
}

/** What each operation of the control API does. */
export function createScenario(parts: ScenarioParts): Scenario {
  const { people, faults, ledger } = parts
  return {
    createContact: ({ autoRead, ...fields }) => {
      const contact = withFreeNumber(() => people.addContact(fields))
      contact.autoRead = autoRead ?? false
      return describe(contact.user)
    },
    createPhone: (fields) => describe(withFreeNumber(() => people.addPhone(fields)).user),
    scanQr: async ({ phoneId, qr }) => {
      const outcome = await parts.pairings.scan(phoneOf(parts, phoneId), qr)
      if ("refusal" in outcome)
        throw new Problem({ status: 409, code: "not-linked", detail: outcome.refusal, field: "qr" })
      return { deviceId: outcome.device.id, jid: outcome.device.user.address("pn", outcome.device.id) }
    },
    sendText: async ({ from, text, quoted, messageId, ...to }) => {
      const message = quoted ? quotingMessage(text, quoted) : { conversation: text }
      return await send(parts, { from, to, message, messageId })
    },
    sendImage: async ({ from, caption, mimetype, bytesBase64, messageId, ...to }) => {
      const bytes = Buffer.from(bytesBase64, "base64")
      const imageMessage = parts.media.imageMessage({ bytes, caption, mimetype: mimetype ?? "image/jpeg" })
      return await send(parts, { from, to, message: { imageMessage }, messageId })
    },
    receivedMessages: ({ contactId, ...match }) => personOf(parts, contactId, "contactId").inbox.find(match),
    waitForMessage: async ({ contactId, match, timeoutMs }, signal) => {
      const { inbox } = personOf(parts, contactId, "contactId")
      const message = await inbox.waitFor(match, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]))
      if (!message) throw timedOut("no such message arrived")
      return message
    },
    sendReceipt: ({ contactId, messageIds, type }) => {
      giveReceipts(contactOf(parts, contactId), messageIds, type)
      return {}
    },
    waitForReceipt: async ({ messageId, type, timeoutMs }, signal) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
      const receipt = await ledger.waitFor(messageId, type, limit)
      if (!receipt) throw timedOut("no such receipt arrived")
      return receipt
    },
    receipts: ({ messageId }) => ledger.of(messageId),
    setAutoRead: ({ contactId, autoRead }) => {
      contactOf(parts, contactId).autoRead = autoRead
      return {}
    },
    createGroup: (fields) => describeGroup(createGroup(parts, fields)),
    counters: () => ({ ...parts.counters }),
    queue: ({ phoneId }) => linkedDevices(phoneOf(parts, phoneId)).flatMap(describeQueue),
    setFault: (fault) => {
      faults.set(fault)
      return {}
    },
    clearFaults: () => {
      faults.clear()
      return {}
    },
    faults: () => faults.list(),
    logoutFromPhone: ({ phoneId }) => {
      removeDevices(parts, linkedDevices(phoneOf(parts, phoneId)))
      return {}
    },
    disconnect: ({ phoneId, how }) => ({
      connections: endConnections(parts, linkedDevices(phoneOf(parts, phoneId)), how),
    }),
    contacts: () => people.allContacts().map(({ user }) => describe(user)),
    phones: () =>
      people
        .allPhones()
        .map((phone) => ({ ...describe(phone.user), devices: linkedDevices(phone).map(describeDevice) })),
    groups: () => parts.groups.list().map(describeGroup),
  }
}

async function send(
  parts: ScenarioParts,
  outgoing: {
    from: string
    to: { to?: string | undefined; groupId?: string | undefined }
    message: proto.IMessage
    messageId?: string | undefined
  },
): Promise<{ messageId: string }> {
  const sender = personOf(parts, outgoing.from, "from")
  const messageId = outgoing.messageId ?? newMessageId()
  await sender.send({ id: messageId, destination: destinationOf(parts, outgoing.to), message: outgoing.message })
  return { messageId }
}

function destinationOf(parts: ServerParts, to: { to?: string | undefined; groupId?: string | undefined }): Destination {
  if (to.groupId !== undefined) {
    const group = parts.groups.find(to.groupId)
    if (!group) throw notFound("groupId", "group")
    return { kind: "group", group }
  }
  return { kind: "user", user: userOf(parts, to.to ?? "", "to") }
}

function quotingMessage(
  text: string,
  quoted: { messageId: string; author: string; text?: string | undefined },
): proto.IMessage {
  const contextInfo = {
    stanzaId: quoted.messageId,
    participant: quoted.author,
    quotedMessage: { conversation: quoted.text ?? "" },
  }
  return { extendedTextMessage: { text, contextInfo } }
}

/** Receipts go to the chat each message came in, in a group also to its author. */
function giveReceipts(contact: Contact, messageIds: string[], type: "delivered" | "read" | "played"): void {
  for (const messageId of messageIds) {
    const [message] = contact.inbox.find({ messageId })
    if (!message) throw notFound("messageIds", "message")
    const author = message.chat === message.from ? undefined : message.from
    contact.giveReceipt({
      chat: message.chat,
      author,
      messageIds: [messageId],
      type: type === "delivered" ? undefined : type,
    })
  }
}

function createGroup(parts: ScenarioParts, fields: OperationRequest<"createGroup">): Group {
  const [creator, ...members] = fields.participants.map((name) => userOf(parts, name, "participants"))
  if (!creator) throw notFound("participants", "person")
  const group = parts.groups.create({
    subject: fields.subject,
    creator,
    members,
    addressing: fields.addressing ?? "lid",
  })
  const attributes = {
    type: "w:gp2",
    from: group.jid,
    participant: creator.address(group.addressing),
    notify: creator.name,
  }
  for (const user of group.members.keys()) {
    for (const device of user.devices.values()) {
      const create = node("create", { type: "new", key: stanzaId() }, [groupNode(group)])
      device.deliver(node("notification", { ...attributes, id: stanzaId(), t: nowSeconds() }, [create]))
    }
  }
  return group
}

function withFreeNumber<T>(add: () => T): T {
  try {
    return add()
  } catch (error) {
    if (error instanceof NumberTaken)
      throw new Problem({ status: 409, code: "taken", detail: error.message, field: "phone" })
    throw error
  }
}

function phoneOf(parts: ServerParts, phoneId: string): Phone {
  const phone = parts.people.phone(phoneId)
  if (!phone) throw notFound("phoneId", "phone")
  return phone
}

function contactOf(parts: ServerParts, contactId: string): Contact {
  const contact = parts.people.contact(contactId)
  if (!contact) throw notFound("contactId", "contact")
  return contact
}

function personOf(parts: ServerParts, id: string, field: string): Contact | Phone {
  const person = parts.people.contact(id) ?? parts.people.phone(id)
  if (!person) throw notFound(field, "contact or phone")
  return person
}

/** A person by id, phone number or JID. */
function userOf(parts: ServerParts, name: string, field: string): User {
  const { people, directory } = parts
  const user =
    people.contact(name)?.user ??
    people.phone(name)?.user ??
    directory.user(name) ??
    directory.byNumber(name.replace(/^\+/, ""))
  if (!user) throw notFound(field, "person")
  return user
}

function linkedDevices(phone: Phone): LinkedDevice[] {
  return [...phone.user.devices.values()].filter((device) => device instanceof LinkedDevice)
}

function describe({ id, phone, pn, lid, name }: User) {
  return { id, phone, pn, lid, name }
}

function describeDevice(device: LinkedDevice) {
  return {
    deviceId: device.id,
    online: device.isOnline,
    pendingStanzas: device.pending.list().length,
    preKeys: device.keys.preKeyCount,
  }
}

function describeQueue(device: LinkedDevice) {
  return device.pending.list().map((stanza) => ({
    deviceId: device.id,
    tag: stanza.tag,
    id: attribute(stanza, "id") ?? "",
    from: attribute(stanza, "from") ?? "",
    type: attribute(stanza, "type"),
  }))
}

function describeGroup({ jid, subject, addressing, members }: Group) {
  return { id: jid, subject, addressing, participants: [...members.keys()].map(({ pn }) => pn) }
}
