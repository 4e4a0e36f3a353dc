import { encodeWAMessage, proto, unpadRandomMax16 } from "@whiskeysockets/baileys"

/** A message as plaintext of Signal: protobuf and one to sixteen bytes of padding. */
export function sealMessage(message: proto.IMessage): Buffer {
  return encodeWAMessage(message)
}

/** @throws Error when the padding or the protobuf is broken. */
export function openMessage(plaintext: Uint8Array): proto.Message {
  return proto.Message.decode(unpadRandomMax16(plaintext))
}

/** The form in which a user's other devices receive what one of them sent. */
export function asSentByOwnDevice(message: proto.IMessage, destinationJid: string): proto.IMessage {
  return { deviceSentMessage: { destinationJid, message } }
}
