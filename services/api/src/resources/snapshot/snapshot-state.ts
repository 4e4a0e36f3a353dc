import type { MessageContent } from "@wildcat/shared/contracts"
import type { AccountDoc } from "@wildcat/shared/store"
import { seePicture } from "../../media/picture.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import { viewMessages } from "../messages/message-view.ts"
import type { MessageEntry } from "../messages/message-view.ts"
import type { Snapshot, SnapshotMessage } from "./snapshot-data.ts"

const shown = { chats: 11, messages: 11, thumbnails: 6, nameChars: 60, textChars: 140 } as const

export async function readSnapshot(tenant: TenantAccess, account: AccountDoc): Promise<Snapshot> {
  const [chats, logged] = await Promise.all([
    tenant.chats.list(account, { limit: shown.chats, cursor: undefined }),
    tenant.messages.list(account, { limit: shown.messages, cursor: undefined }),
  ])
  const messages = await viewMessages(tenant, account, logged.items)
  const names = new Map(chats.items.map((chat) => [chat.jid, nameOf(chat.shownName ?? chat.pushName, chat.jid)]))
  const { _id, name, status, reason, me } = account
  return {
    account: { id: _id, name: cut(name, shown.nameChars), status, reason, me },
    takenAt: new Date().toISOString(),
    chats: chats.items.map((chat) => ({
      jid: chat.jid,
      kind: chat.kind,
      name: nameOf(chat.shownName ?? chat.pushName, chat.jid),
      unread: chat.unread,
      last: chat.last && {
        text: lineOf(chat.last.content),
        fromMe: chat.last.fromMe,
        at: chat.last.timestamp.toISOString(),
      },
    })),
    messages: await describe(tenant, messages, names),
  }
}

async function describe(
  tenant: TenantAccess,
  messages: readonly MessageEntry[],
  names: ReadonlyMap<string, string>,
): Promise<SnapshotMessage[]> {
  const pictures = messages.filter(({ media }) => media?.kind === "image" && media.status === "stored")
  const drawn = new Set(pictures.slice(0, shown.thumbnails))
  return Promise.all(
    messages.map(async (message) => ({
      id: message.id,
      chat: names.get(message.chat.jid) ?? nameOf(null, message.chat.jid),
      author: nameOf(message.authorName, message.author.pn ?? message.author.lid ?? ""),
      fromMe: message.fromMe,
      text: lineOf(message.content),
      at: message.timestamp,
      thumbnail: drawn.has(message) ? await thumbnailOf(tenant, message.media?.id ?? "") : null,
    })),
  )
}

async function thumbnailOf(tenant: TenantAccess, media: string): Promise<string | null> {
  const stream = (await tenant.media.find(media)) && (await tenant.media.open(media))
  if (stream === null) return null
  // Whatever cannot be drawn small stays away; the picture is about the account.
  const seen = await seePicture(stream, "media").catch(() => null)
  return seen && `data:image/jpeg;base64,${seen.thumbnail}`
}

/** What was said, in one line. */
function lineOf(content: MessageContent): string {
  const said =
    ("text" in content && content.text) ||
    ("caption" in content && content.caption) ||
    ("question" in content && content.question) ||
    ("name" in content && content.name) ||
    ""
  return cut(content.type === "text" ? said : `[${content.type}] ${said}`, shown.textChars)
}

function nameOf(name: string | null | undefined, jid: string): string {
  return cut(name || jid.replace(/@.*/, ""), shown.nameChars)
}

/** One line of so many characters, without those that steer. */
function cut(text: string, chars: number): string {
  const plain = text.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu, " ")
  const letters = Array.from(plain)
  return letters.length <= chars ? plain.trim() : `${letters.slice(0, chars - 1).join("")}…`.trim()
}
