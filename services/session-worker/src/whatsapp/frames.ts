import { getBinaryNodeChild, getBinaryNodeChildren } from "@whiskeysockets/baileys"
import type { BinaryNode, WASocket } from "@whiskeysockets/baileys"

/** What is taken from the raw frames, before Baileys handles them. */
export interface FrameHandlers {
  /** WhatsApp's server answered for a message; `error` is its code when it refused. */
  messageAnswered(waId: string, error: string | undefined): void
  /** The server has noted our receipt: it will not deliver the message again. */
  receiptNoted(waId: string): void
  receipt(stanza: BinaryNode): void
  /** A message has come in: it says who wrote it, under which names. */
  met(stanza: BinaryNode): void
  /** A message with ciphertext has come in; Baileys decrypts it when the ones before it are done. */
  arrived(stanza: BinaryNode): void
  /** A message without ciphertext: unavailable, or a channel's. */
  plainMessage(stanza: BinaryNode): void
  /** People under both names, as members of a group have them. */
  members(people: { pn: string; lid: string }[]): void
  notification(stanza: BinaryNode): void
  call(stanza: BinaryNode): void
  /** Anything came: the connection lives. */
  heard(): void
  /** WhatsApp's answer holds a group, or all of the account's. */
  groups(answer: BinaryNode): void
  /** Somebody comes, goes or types. */
  presence(stanza: BinaryNode): void
  /** A phone has scanned the QR code. */
  paired(device: { pn: string; lid: string | undefined }): void
  /** Everything that waited while the account was offline has been delivered. */
  offlineDelivered(): void
}

/** In which stanza a ciphertext came, by the identity of its bytes. */
export type Stanzas = WeakMap<Uint8Array, BinaryNode>

/** Listens to every stanza and notes in which one each ciphertext came. Baileys emits it before its own handlers. */
export function tapFrames(socket: WASocket, stanzas: Stanzas, handlers: FrameHandlers): void {
  const taps: Partial<Record<string, (stanza: BinaryNode) => void>> = {
    message: (stanza) => {
      const ciphertexts = getBinaryNodeChildren(stanza, "enc")
      for (const { content } of ciphertexts) if (content instanceof Uint8Array) stanzas.set(content, stanza)
      handlers.met(stanza)
      // Baileys refuses the answers of bots (`msmsg`) without trying.
      if (ciphertexts.length === 0 || ciphertexts[0]?.attrs["type"] === "msmsg") handlers.plainMessage(stanza)
      else handlers.arrived(stanza)
    },
    ack: (stanza) => {
      const { class: of, id, error } = stanza.attrs
      if (of === "message" && id !== undefined) handlers.messageAnswered(id, error)
      if (of === "receipt" && id !== undefined) handlers.receiptNoted(id)
    },
    receipt: handlers.receipt,
    notification: (stanza) => {
      const { from, sender_lid: lid } = stanza.attrs
      if (from?.endsWith("@s.whatsapp.net") && lid !== undefined) handlers.members([{ pn: from, lid }])
      handlers.notification(stanza)
    },
    call: handlers.call,
    presence: handlers.presence,
    chatstate: handlers.presence,
    iq: (stanza) => {
      const device = getBinaryNodeChild(getBinaryNodeChild(stanza, "pair-success"), "device")?.attrs
      if (device?.["jid"] !== undefined) handlers.paired({ pn: device["jid"], lid: device["lid"] })
      const people = getBinaryNodeChildren(getBinaryNodeChild(stanza, "group"), "participant").flatMap(bothNames)
      if (people.length > 0) handlers.members(people)
      if (holdsGroups(stanza)) handlers.groups(stanza)
    },
    ib: (stanza) => {
      if (getBinaryNodeChild(stanza, "offline") !== undefined) handlers.offlineDelivered()
    },
  }
  socket.ws.on("frame", (frame: unknown) => {
    handlers.heard()
    if (isStanza(frame)) taps[frame.tag]?.(frame)
  })
}

function holdsGroups(answer: BinaryNode): boolean {
  return ["group", "groups"].some((tag) => getBinaryNodeChild(answer, tag) !== undefined)
}

/** Participants carry one name as `jid` and the other as `phone_number` or `lid`. */
function bothNames({ attrs }: BinaryNode): { pn: string; lid: string }[] {
  const [jid, number, lid] = [attrs["jid"] ?? "", attrs["phone_number"], attrs["lid"]]
  if (jid.endsWith("@lid") && number !== undefined) return [{ pn: number, lid: jid }]
  return lid === undefined ? [] : [{ pn: jid, lid }]
}

/** The handshake's frames are bytes; all others have been decoded by Baileys. */
function isStanza(frame: unknown): frame is BinaryNode {
  return typeof frame === "object" && frame !== null && "tag" in frame && "attrs" in frame
}
