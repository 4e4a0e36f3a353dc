import type { proto } from "@whiskeysockets/baileys"
import type { ReadContent } from "./content.ts"

/** A poll, whichever version of the message carries it. */
export function readPoll(message: proto.IMessage): ReadContent {
  const poll = message.pollCreationMessage ?? message.pollCreationMessageV2 ?? message.pollCreationMessageV3
  return {
    content: {
      type: "poll",
      question: poll?.name ?? "",
      options: (poll?.options ?? []).map((option) => option.optionName ?? ""),
      selectable: poll?.selectableOptionsCount ?? 0,
    },
    context: poll?.contextInfo ?? null,
  }
}
