import { randomBytes } from "node:crypto"
import { shownContent } from "@wildcat/shared/contracts"
import { withContext } from "./content.ts"
import type { OutboundSender } from "./content.ts"

/** Votes are encrypted with a secret of the poll, so it stays with the message in the log. */
export const sendPoll: OutboundSender<"poll"> = async (content, { context }) => {
  const selectableOptionsCount = content.selectable ?? 1
  const poll = {
    name: content.question,
    options: content.options.map((optionName) => ({ optionName })),
    selectableOptionsCount,
    ...withContext(context),
  }
  return {
    message: {
      messageContextInfo: { messageSecret: randomBytes(32) },
      // WhatsApp's clients write a single choice as version 3 of the message.
      ...(selectableOptionsCount === 1 ? { pollCreationMessageV3: poll } : { pollCreationMessage: poll }),
    },
    content: shownContent(content),
    media: null,
  }
}
