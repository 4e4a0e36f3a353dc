import { assertMediaContent, proto } from "@whiskeysockets/baileys"
import type { WAMessage } from "@whiskeysockets/baileys"
import { WildcatError } from "@wildcat/shared/contracts"
import type { CommandHandlers } from "@wildcat/shared/bus"
import type { MessageDoc, Store } from "@wildcat/shared/store"
import { limited } from "../log/limited.ts"
import type { Session } from "../session/session.ts"
import { askWhatsApp } from "./ask-whatsapp.ts"

/** Less than the deadline of the command. */
const answerWaitMs = 20_000

export function mediaCommands(session: Session, store: Store): Pick<CommandHandlers, "media.reupload"> {
  return {
    "media.reupload": async ({ message }) => {
      const doc = await store.collections.messages.findOne({ _id: message, account: session.account })
      if (doc === null || doc.raw === null || doc.media === null) {
        throw new WildcatError("not_found", { detail: "there is no such message with a media" })
      }
      const asked = requestOf(doc, proto.Message.decode(session.box.open(doc.raw.buffer, `message:${doc._id}`)))
      const { message: answered } = await askWhatsApp(session, (socket) => withinTime(socket.updateMediaMessage(asked)))
      const { directPath } = assertMediaContent(answered)
      if (!directPath) throw lost()
      return { directPath }
    },
  }
}

/** The message as Baileys names it: by the names that its chat calls people. */
function requestOf(doc: MessageDoc, message: proto.IMessage): WAMessage {
  const { chat, author, fromMe, waId: id } = doc
  const participant = chat.kind === "direct" ? {} : { participant: author.lid ?? author.pn ?? "" }
  return { key: { remoteJid: chat.jid, fromMe, id, ...participant }, message }
}

/** A phone that is off answers when it is on again: nobody waits for that. */
async function withinTime<T>(answer: Promise<T>): Promise<T> {
  try {
    return await limited(answerWaitMs, answer, () => new WildcatError("session_timeout"))
  } catch (error) {
    throw isRefused(error) ? lost() : error
  }
}

function lost(): WildcatError {
  return new WildcatError("not_found", { detail: "the phone does not have the media any more" })
}

/** Baileys throws a Boom with the status that stands for the phone's answer. */
function isRefused(error: unknown): boolean {
  const output: unknown = error instanceof Error ? Reflect.get(error, "output") : null
  const status: unknown = typeof output === "object" && output !== null && Reflect.get(output, "statusCode")
  return status === 404 || status === 412 || status === 418
}
