import { z } from "zod"
import { AddressInput, ChatView, idSchema } from "@wildcat/shared/contracts"
import type { AccountDoc } from "@wildcat/shared/store"
import { notFound } from "../../http/route.ts"
import type { NamedChat } from "../../tenant/chats.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"

export const ChatInput = AddressInput.refine(
  ({ kind }) => kind !== "status",
  "must be a phone number with country code, or the JID of a person, a group or a channel",
)

export const chatParams = z.strictObject({
  id: idSchema("account"),
  chat: ChatInput.describe("Phone number or JID, under either of a person's names"),
})

export const ChatEntry = ChatView.meta({
  id: "Chat",
  example: {
    id: "cht_01JDGZ8Q4W0000000000000000",
    account: "acc_01JDGZ8Q4W0000000000000000",
    chat: {
      jid: "4915112345678@s.whatsapp.net",
      kind: "direct",
      pn: "4915112345678@s.whatsapp.net",
      lid: "98765432101234@lid",
    },
    archived: false,
    pinnedAt: null,
    mutedUntil: null,
    unread: 1,
    markedUnread: false,
    ephemeralSeconds: 0,
    name: "Ada Lovelace",
    pushName: "Ada",
    lastMessage: {
      id: "msg_01JDGZ8Q4W0000000000000000",
      timestamp: "2026-11-24T10:00:00.000Z",
      fromMe: false,
      author: { pn: "4915112345678@s.whatsapp.net", lid: "98765432101234@lid" },
      content: { type: "text", text: "Hello" },
    },
    activityAt: "2026-11-24T10:00:00.000Z",
    updatedAt: "2026-11-24T10:00:01.000Z",
  },
})

export const chatResponse = { 200: { description: "The chat", content: { "application/json": ChatEntry } } }

/** Throws `not_found` when the account has no such chat. */
export async function chatOf(tenant: TenantAccess, account: AccountDoc, jid: string): Promise<NamedChat> {
  const chat = await tenant.chats.find(account, jid)
  if (chat === null) throw notFound("chat", "path.chat")
  return chat
}

export function viewChat(doc: NamedChat): ChatView {
  const now = Date.now()
  return {
    id: doc._id,
    account: doc.account,
    chat: { jid: doc.jid, kind: doc.kind, pn: doc.pn, lid: doc.lid },
    archived: doc.archived,
    pinnedAt: doc.pinnedAt?.toISOString() ?? null,
    // WhatsApp tells nobody when the time is over.
    mutedUntil: doc.mutedUntil !== null && doc.mutedUntil.getTime() > now ? doc.mutedUntil.toISOString() : null,
    unread: doc.unread,
    markedUnread: doc.markedUnread,
    ephemeralSeconds: doc.ephemeralSeconds,
    name: doc.shownName,
    pushName: doc.pushName,
    lastMessage: doc.last && {
      id: doc.last.id,
      timestamp: doc.last.timestamp.toISOString(),
      fromMe: doc.last.fromMe,
      author: doc.last.author,
      content: doc.last.content,
    },
    activityAt: doc.activityAt.toISOString(),
    updatedAt: doc.updatedAt.toISOString(),
  }
}
