import { z } from "zod"

/** A message a contact has decrypted. `copies` counts how often it arrived under this id and could be decrypted. */
export const receivedMessageSchema = z.object({
  messageId: z.string(),
  /** The sender's phone number JID. */
  from: z.string(),
  /** The sender's JID in a private chat, the group's JID in a group. */
  chat: z.string(),
  kind: z.string(),
  text: z.string().optional(),
  caption: z.string().optional(),
  mimetype: z.string().optional(),
  /** The decrypted file, when its hashes were right. */
  bytesBase64: z.string().optional(),
  /** Why the file could not be had. */
  mediaError: z.string().optional(),
  /** The sender wants it to be looked at once. */
  viewOnce: z.boolean().optional(),
  /**
   * All the decrypted message says, as the JSON form of its protobuf (bytes in base64); not of plain text. Of a vote:
   * the `options` chosen.
   */
  details: z.record(z.string(), z.unknown()).optional(),
  /** The message an edit, revoke, reaction, vote or quote refers to. */
  refersTo: z.string().optional(),
  /** Of a pin: how long it stays. */
  seconds: z.number().int().optional(),
  /** The `edit` attribute of the stanza, which tells what is done to the other message: 1 edit, 2 pin, 7 revoke, 8 as admin. */
  edit: z.string().optional(),
  copies: z.number().int(),
  receivedAt: z.string(),
})

export type ReceivedMessage = z.infer<typeof receivedMessageSchema>
