import { jidDecode, jidEncode } from "@whiskeysockets/baileys"

/** The server's own address. With an empty user: clients compare against exactly this string. */
export const serverAddress = "@s.whatsapp.net"

/** Which of a person's two addresses a stanza speaks: LID or phone number. */
export type Addressing = "lid" | "pn"

export type Address = { user: string; device: number; server: string }

/** Splits `user:device@server`; undefined when it is no address of a user or group. */
export function parseAddress(jid: string | undefined): Address | undefined {
  const decoded = jid === undefined ? undefined : jidDecode(jid)
  if (!decoded || decoded.user === "") return undefined
  return { user: decoded.user, device: decoded.device ?? 0, server: decoded.server }
}

export function pnAddress(phone: string, device = 0): string {
  return jidEncode(phone, "s.whatsapp.net", device)
}

export function lidAddress(lid: string, device = 0): string {
  return jidEncode(lid, "lid", device)
}

export function isGroupAddress(jid: string): boolean {
  return jid.endsWith("@g.us")
}

export const statusAddress = "status@broadcast"

/** Whether a message to this address is written once for many, with a sender key: groups and status posts. */
export function isSharedAddress(jid: string): boolean {
  return isGroupAddress(jid) || jid === statusAddress
}

/** The addressing a JID implies. */
export function addressingOf(jid: string): Addressing {
  return jid.endsWith("@lid") ? "lid" : "pn"
}
