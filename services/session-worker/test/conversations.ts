import type { EventType, OutboundContent, Person } from "@wildcat/shared/contracts"
import type { MessageDoc } from "@wildcat/shared/store"
import { waitUntil } from "@wildcat/testkit"
import type { Account, World } from "./world.ts"

/** How the people of a chat name each other, or a group. */
export type Form = "pn" | "lid" | "group"

export interface Chat {
  /** As a send names it. */
  to: string
  /** As the simulator's people name it. */
  dest: { to: string } | { groupId: string }
  /** As the account's phone names it. */
  fromPhone: { to: string } | { groupId: string }
  contact: { id: string; pn: string; lid: string }
  names: "pn" | "lid"
  kind: "direct" | "group"
}

export type Conversations = Awaited<ReturnType<typeof createConversations>>

/** Chats of an account with contacts, and what both sides say in them. */
export async function createConversations(world: World, account: Account) {
  const phone = (await world.whatsapp.phones()).find(({ id }) => id === account.phoneId)
  const me = { pn: account.pn, lid: phone?.lid ?? "" } satisfies Person
  const { messages } = world.store.collections

  /** A chat with a new contact, or a group with it in which the account is an admin. */
  const openChat = async (form: Form): Promise<Chat> => {
    const names = form === "pn" ? "pn" : "lid"
    const contact = await world.whatsapp.createContact({ addressing: names })
    if (form !== "group") {
      return {
        to: contact[form],
        contact,
        names,
        kind: "direct",
        dest: { to: account.pn },
        fromPhone: { to: contact.pn },
      }
    }
    const group = await world.whatsapp.createGroup({ subject: "Trip", participants: [account.pn, contact.pn] })
    const groupId = { groupId: group.id }
    return { to: group.id, contact, names, kind: "group", dest: groupId, fromPhone: groupId }
  }
  /** Sends it, and gives what the contact decrypted. */
  const say = async (chat: Chat, content: OutboundContent) => {
    const { id, waId } = await world.queue(account.id, chat.to, content)
    const status = await world.send(account.id, id)
    if (status !== "server_ack") throw new Error(`the send is ${status}`)
    return { id, waId, got: await world.received(chat.contact.id, waId) }
  }
  /** What the contact said, in the message log. */
  const heard = (waId: string): Promise<MessageDoc> =>
    waitUntil("the message", () => messages.findOne({ account: account.id, waId }))
  const stored = async (id: string): Promise<MessageDoc> => {
    const found = await messages.findOne({ _id: id })
    if (found === null) throw new Error("the message is not in the log")
    return found
  }
  /** The event that tells of an action. */
  const eventOf = <T extends EventType>(type: T, action: string) =>
    waitUntil(`the ${type} event`, async () =>
      (await world.events(type)).find(({ data }) => "action" in data && data.action === action),
    )
  return { me, openChat, say, heard, stored, eventOf }
}

export const text = (said: string): OutboundContent => ({ type: "text", text: said })
