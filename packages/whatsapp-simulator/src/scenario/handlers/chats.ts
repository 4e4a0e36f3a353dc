import { chatsIn, factOf } from "../../app-state/facts.ts"
import type { Addressing } from "../../stanza/addresses.ts"
import { nowSeconds } from "../../stanza/ids.ts"
import { node } from "../../stanza/nodes.ts"
import { linkedDevicesOf, phoneOf, userOf } from "../lookup.ts"
import type { chatOperations } from "../operations/chats.ts"
import type { HandlersOf, ScenarioParts } from "../scenario.ts"

export function createChatHandlers(parts: ScenarioParts): HandlersOf<keyof typeof chatOperations> {
  return {
    changeChat: ({ phoneId, chat, change }) => {
      const phone = phoneOf(parts, phoneId)
      const { name, fact } = factOf(chatAddress(parts, chat).jid, change)
      phone.appState.change(name, [fact], linkedDevicesOf(phone))
      return {}
    },
    readOnPhone: ({ phoneId, chat, messageIds: [id = "", ...others] }) => {
      const phone = phoneOf(parts, phoneId)
      const { jid, addressing, isGroup } = chatAddress(parts, chat)
      const own = phone.user.address(addressing)
      const where = isGroup ? { from: jid, participant: own } : { from: own, recipient: jid }
      const list = node(
        "list",
        {},
        others.map((other) => node("item", { id: other })),
      )
      const receipt = node("receipt", { ...where, id, type: "read", t: nowSeconds() }, others.length > 0 ? [list] : [])
      for (const device of linkedDevicesOf(phone)) device.deliver(receipt)
      return {}
    },
    chatsOfPhone: ({ phoneId }) => chatsIn(phoneOf(parts, phoneId).appState.facts),
  }
}

/** A chat as the account's devices name it. */
function chatAddress(parts: ScenarioParts, name: string): { jid: string; addressing: Addressing; isGroup: boolean } {
  const group = parts.groups.find(name)
  if (group) return { jid: group.jid, addressing: group.addressing, isGroup: true }
  const user = userOf(parts, name, "chat")
  return { jid: user.address(user.addressing), addressing: user.addressing, isGroup: false }
}
