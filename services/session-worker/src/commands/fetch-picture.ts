import { getBinaryNodeChild } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"
import { WildcatError } from "@wildcat/shared/contracts"
import type { Session } from "../session/session.ts"
import { askWhatsApp } from "./ask-whatsapp.ts"

export interface Picture {
  id: string
  url: string
}

/** Codes by which WhatsApp says that there is no picture, or none for this account. */
const none = new Set([401, 403, 404])

/** The picture of a person or group; null when there is none that the account may see. */
export async function fetchPicture(session: Session, jid: string, preview: boolean): Promise<Picture | null> {
  try {
    const node = await askWhatsApp(session, (socket) => socket.query(pictureQuery(jid, preview)))
    const attrs = getBinaryNodeChild(node, "picture")?.attrs
    return attrs?.["url"] === undefined ? null : { id: attrs["id"] ?? "", url: attrs["url"] }
  } catch (error) {
    const data: unknown =
      error instanceof WildcatError && error.cause instanceof Error && Reflect.get(error.cause, "data")
    if (typeof data === "number" && none.has(data)) return null
    throw error
  }
}

function pictureQuery(jid: string, preview: boolean): BinaryNode {
  const picture = { tag: "picture", attrs: { type: preview ? "preview" : "image", query: "url" } }
  return {
    tag: "iq",
    attrs: { target: jid, to: "s.whatsapp.net", type: "get", xmlns: "w:profile:picture" },
    content: [picture],
  }
}
