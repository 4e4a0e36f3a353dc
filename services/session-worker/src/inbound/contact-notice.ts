import { getBinaryNodeChild } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"
import type { EventData } from "@wildcat/shared/contracts"

export type ContactNews = EventData<"contact.update">["changes"]

/** What a notification of type `picture` says; null when it only names a hash of somebody unknown. */
export function readPicture(stanza: BinaryNode): "changed" | "removed" | null {
  if (getBinaryNodeChild(stanza, "set") !== undefined) return "changed"
  return getBinaryNodeChild(stanza, "delete") === undefined ? null : "removed"
}

/** The about text in a notification of type `status`; null when it holds none. */
export function readAbout(stanza: BinaryNode): string | null {
  const content = getBinaryNodeChild(stanza, "set")?.content
  return content instanceof Uint8Array ? Buffer.from(content).toString() : null
}
