import { proto } from "@whiskeysockets/baileys"
import type { MessageDoc } from "@wildcat/shared/store"
import { isSame } from "../inbound/envelope.ts"
import { resolvePerson } from "../inbound/people.ts"
import { NotSendable } from "../outbound/content.ts"
import type { SendParts } from "../outbound/content.ts"
import { doneTo, keyOf, targetOf } from "./address-target.ts"
import type { ActionKind } from "./kind.ts"

const { REVOKE } = proto.Message.ProtocolMessage.Type

export const removal: ActionKind<"delete"> = {
  async send(content, parts) {
    const message = await targetOf(content.message, parts)
    if (!message.fromMe) await assertAdmin(message, parts)
    return {
      message: { protocolMessage: { key: await keyOf(message, parts), type: REVOKE } },
      content,
      media: null,
      done: doneTo(message, { type: "revoke", asAdmin: !message.fromMe }),
    }
  },
  read({ protocolMessage }, { asAdmin }) {
    if (!protocolMessage?.key || (protocolMessage.type ?? REVOKE) !== REVOKE) return null
    return { key: protocolMessage.key, action: { type: "revoke", asAdmin } }
  },
}

async function assertAdmin({ chat }: MessageDoc, { to, socket, names, me }: SendParts): Promise<void> {
  if (chat.kind !== "group")
    throw new NotSendable("not_own_message", "another's message cannot be removed for everyone")
  const { participants } = await socket.groupMetadata(to)
  const own = participants.find((each) => isSame(resolvePerson(names, each.id, each.phoneNumber, each.lid), me))
  if (own?.admin) return
  throw new NotSendable("not_admin", "only admins of the group remove messages of others")
}
