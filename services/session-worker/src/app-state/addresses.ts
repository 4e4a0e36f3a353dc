import type { BinaryNode } from "@whiskeysockets/baileys"
import type { ChatRef } from "@wildcat/shared/contracts"
import { withoutDevice } from "@wildcat/shared/contracts"
import { chatOf, keyOf } from "../inbound/people.ts"
import type { Names } from "../inbound/people.ts"
import type { SessionLog } from "../log/session-log.ts"
import type { SessionState } from "../log/state.ts"

/** By which of a person's names WhatsApp addresses the chat: facts of the app state and receipts must name it alike. */
export interface Addresses {
  /** A message has come in. */
  note(stanza: BinaryNode): void
  of(chat: ChatRef): string
}

export function createAddresses(options: { state: SessionState; sessionLog: SessionLog; names: Names }): Addresses {
  const { state, sessionLog, names } = options
  return {
    note({ attrs }) {
      if (attrs["category"] === "peer") return
      const jid = withoutDevice(attrs["recipient"] ?? attrs["from"] ?? "")
      const chat = chatOf(names, jid, attrs["sender_pn"] ?? attrs["sender_lid"])
      if (chat.kind !== "direct" || usual(chat) === jid || state.get("address", keyOf(chat)) === jid) return
      sessionLog.stage({ state: { address: { [keyOf(chat)]: jid } } }, "lazy")
    },
    of: (chat) => (chat.kind === "direct" ? (state.get("address", keyOf(chat)) ?? usual(chat)) : chat.jid),
  }
}

function usual(chat: ChatRef): string {
  return chat.lid ?? chat.pn ?? chat.jid
}
