import type { BinaryNode } from "@whiskeysockets/baileys"
import { derivedId } from "@wildcat/shared/contracts"
import type { Change } from "../log/entry.ts"
import { isSame, timeOf } from "./envelope.ts"
import type { Viewpoint } from "./envelope.ts"
import { chatOf, resolvePerson } from "./people.ts"

const readTypes = new Set(["read", "read-self", "played", "played-self"])

/**
 * What a `receipt` stanza of the account's own phone (or another linked device) makes true: the messages of a chat were
 * read there. Null for all other receipts.
 */
export function ownReadingChange(stanza: BinaryNode, view: Viewpoint): Change | null {
  const attrs: Partial<Record<string, string>> = stanza.attrs
  const by = resolvePerson(view.names, attrs["participant"] ?? attrs["from"])
  const jid = attrs["recipient"] ?? (attrs["participant"] === undefined ? undefined : attrs["from"])
  if (jid === undefined || !readTypes.has(attrs["type"] ?? "") || !isSame(by, view.me)) return null
  const chat = chatOf(view.names, jid)
  const at = timeOf(attrs["t"])
  return {
    chats: [{ chat, at, readUpTo: at, onlyIfThere: true }],
    events: [
      {
        id: derivedId("event", view.account, "chat.update", "read", chat.jid, attrs["id"] ?? ""),
        type: "chat.update",
        time: at.toISOString(),
        data: { chat, changed: { unread: 0, markedUnread: false }, by: "phone" },
      },
    ],
  }
}
