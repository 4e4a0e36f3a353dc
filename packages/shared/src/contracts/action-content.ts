import { z } from "zod"
import { idSchema } from "./ids.ts"

const message = idSchema("message").describe("The message that it is about: one of this account")

/** A reaction to a message; it replaces the one before. */
export const ReactionContent = z
  .strictObject({
    type: z.literal("reaction"),
    message,
    emoji: z
      .string()
      .max(40)
      .refine((text) => text === "" || isEmoji(text), "must be one emoji, or empty")
      .describe("One emoji; empty takes the reaction back"),
  })
  .meta({ id: "ReactionContent" })

/** WhatsApp allows edits for this long after a message was sent. */
export const editableMs = 15 * 60_000

/** Another text, or caption, for a message of the account. */
export const EditContent = z
  .strictObject({
    type: z.literal("edit"),
    message,
    text: z
      .string()
      .min(1)
      .max(65_536)
      .describe("The new text, or the new caption of a file (at most 1,024 characters)"),
  })
  .meta({ id: "EditContent" })

/** Removes a message for everyone: one of the account or, as an admin of the group, another's. */
export const DeleteContent = z.strictObject({ type: z.literal("delete"), message }).meta({ id: "DeleteContent" })

/** A message of any chat of the account, said again in this one. */
export const ForwardContent = z.strictObject({ type: z.literal("forward"), message }).meta({ id: "ForwardContent" })

/** Pins a message at the top of its chat, for everyone in it. */
export const PinContent = z
  .strictObject({
    type: z.literal("pin"),
    message,
    days: z.literal([1, 7, 30]).optional().describe("How long it stays pinned; default 7"),
  })
  .meta({ id: "PinContent" })

/** Takes a pin back. */
export const UnpinContent = z.strictObject({ type: z.literal("unpin"), message }).meta({ id: "UnpinContent" })

/** A vote in a poll; it replaces the one before. */
export const VoteContent = z
  .strictObject({
    type: z.literal("vote"),
    message: message.describe("The poll"),
    options: z
      .array(z.string().min(1).max(255))
      .max(12)
      .refine((options) => new Set(options).size === options.length, "must be different from each other")
      .describe("The answers chosen, as they stand in the poll; none takes the vote back"),
  })
  .meta({ id: "VoteContent" })

/** What can be done to a message that was said. Each is a send of its own. */
export const actionContents = [
  ReactionContent,
  EditContent,
  DeleteContent,
  PinContent,
  UnpinContent,
  VoteContent,
] as const

export type ActionContent = z.infer<(typeof actionContents)[number]>

/** True for contents that are said where the message is that they are about. */
export function isAction(content: { type: string }): content is ActionContent {
  const types: ReadonlySet<string> = actionTypes
  return types.has(content.type)
}

export const actionTypes: ReadonlySet<ActionContent["type"]> = new Set(
  actionContents.map((schema) => schema.shape.type.value),
)

/** Unicode's list of emoji, and signs that WhatsApp's clients send without their variation selector. */
function isEmoji(text: string): boolean {
  return /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic})$/v.test(text)
}
