import { randomBytes } from "node:crypto"
import type { proto } from "@whiskeysockets/baileys"
import { shownContent } from "@wildcat/shared/contracts"
import type { ReadContent } from "../inbound/content.ts"
import { withContext } from "../outbound/content.ts"
import type { Kind } from "./kind.ts"

export const poll: Kind<"poll"> = {
  async send(content, { context }) {
    const selectableOptionsCount = content.selectable ?? 1
    const created = {
      name: content.question,
      options: content.options.map((optionName) => ({ optionName })),
      selectableOptionsCount,
      ...withContext(context),
    }
    return {
      message: {
        // Votes are encrypted with a secret of the poll, so it stays with the message in the log.
        messageContextInfo: { messageSecret: randomBytes(32) },
        // WhatsApp's clients write a single choice as version 3 of the message.
        ...(selectableOptionsCount === 1 ? { pollCreationMessageV3: created } : { pollCreationMessage: created }),
      },
      content: shownContent(content),
      media: null,
    }
  },
  read: { pollCreationMessage: readPoll, pollCreationMessageV2: readPoll, pollCreationMessageV3: readPoll },
  meta: { polltype: "creation" },
}

/** A poll, whichever version of the message carries it. */
function readPoll(message: proto.IMessage): ReadContent {
  const created = message.pollCreationMessage ?? message.pollCreationMessageV2 ?? message.pollCreationMessageV3
  return {
    content: {
      type: "poll",
      question: created?.name ?? "",
      options: (created?.options ?? []).map((option) => option.optionName ?? ""),
      selectable: created?.selectableOptionsCount ?? 0,
    },
    context: created?.contextInfo ?? null,
  }
}
