import { WildcatError } from "@wildcat/shared/contracts"
import type { CommandHandlers } from "@wildcat/shared/bus"
import type { MessageDoc, Store } from "@wildcat/shared/store"
import type { Session } from "../session/session.ts"
import { askWhatsApp } from "./ask-whatsapp.ts"

type Verbs =
  | "chat.change"
  | "chat.read"
  | "chat.clear"
  | "chat.delete"
  | "chat.history"
  | "message.star"
  | "message.hide"

/** What is done with chats on all devices of the account; each answers when it can be read in MongoDB. */
export function chatCommands(session: Session, store: Store): Pick<CommandHandlers, Verbs> {
  const { chats } = session
  const settled = async <T>(reply: T): Promise<T> => {
    await session.settled()
    return reply
  }
  const messageOf = async (id: string): Promise<MessageDoc> => {
    const message = await store.collections.messages.findOne({ _id: id, account: session.account })
    if (message === null) throw new WildcatError("not_found", { detail: "there is no such message in the log" })
    return message
  }
  return {
    "chat.change": async ({ chat, ephemeralSeconds, ...wanted }) => {
      const changed = await askWhatsApp(session, async (socket) => ({
        ...(await chats.set(socket, chat, wanted)),
        ...(ephemeralSeconds === undefined ? {} : await chats.setEphemeral(socket, chat, ephemeralSeconds)),
      }))
      return settled({ changed })
    },
    "chat.read": async ({ chat }) =>
      settled({ messages: await askWhatsApp(session, (socket) => chats.read(socket, chat)) }),
    "chat.clear": async ({ chat }) =>
      settled({ changed: await askWhatsApp(session, (socket) => chats.clear(socket, chat)) }),
    "chat.delete": async ({ chat }) =>
      settled({ changed: await askWhatsApp(session, (socket) => chats.remove(socket, chat)) }),
    "chat.history": async ({ chat, count }) => ({
      before: (await askWhatsApp(session, (socket) => chats.askHistory(socket, chat, count))).toISOString(),
    }),
    "message.star": async ({ message, starred }) => {
      const doc = await messageOf(message)
      await askWhatsApp(session, (socket) => chats.star(socket, doc, starred))
      return settled({})
    },
    "message.hide": async ({ message }) => {
      const doc = await messageOf(message)
      await askWhatsApp(session, (socket) => chats.hide(socket, doc))
      return settled({})
    },
  }
}
