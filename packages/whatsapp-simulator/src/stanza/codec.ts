import { type BinaryNode, decodeBinaryNode, encodeBinaryNode } from "@whiskeysockets/baileys"

/** A stanza: WhatsApp's token-compressed XML. */
export type Stanza = BinaryNode

/** Encodes a stanza with its leading flag byte (0: not compressed). */
export function encodeStanza(stanza: Stanza): Buffer {
  return encodeBinaryNode(stanza)
}

/** Decodes flag byte and stanza, inflating when the flag says so. */
export async function decodeStanza(bytes: Buffer): Promise<Stanza> {
  return await decodeBinaryNode(bytes)
}
