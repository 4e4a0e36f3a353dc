import { proto } from "@whiskeysockets/baileys"

/** A message as the account's own phone shows it to this device, which asked for it. */
export interface Resent {
  waId: string
  content: proto.IMessage
}

/** Reads the phone's answer to a request for messages that this device was not given. What cannot be parsed is left out. */
export function readResent(message: proto.IMessage): Resent[] {
  const answer = message.protocolMessage?.peerDataOperationRequestResponseMessage
  return (answer?.peerDataOperationResult ?? []).flatMap(({ placeholderMessageResendResponse: one }) =>
    one?.webMessageInfoBytes ? read(one.webMessageInfoBytes) : [],
  )
}

function read(bytes: Uint8Array): Resent[] {
  try {
    const { key, message } = proto.WebMessageInfo.decode(bytes)
    return key?.id && message ? [{ waId: key.id, content: message }] : []
  } catch {
    return []
  }
}
