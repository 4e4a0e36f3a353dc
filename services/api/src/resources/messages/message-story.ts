import { z } from "zod"
import { MessageContent, Person } from "@wildcat/shared/contracts"
import type { MessageDoc } from "@wildcat/shared/store"

const at = z.iso.datetime()

/** What was done to a message since it was said. */
export const messageStory = {
  reactions: z.array(z.object({ by: Person, emoji: z.string(), at })).describe("Everyone's present reaction"),
  editedAt: at.nullable().describe("When `content` became what it is; null when it was never edited"),
  edits: z
    .array(z.object({ content: MessageContent, at }))
    .describe("What it said before, oldest first, since when; the last 20"),
  revoked: z
    .object({ by: Person, at })
    .nullable()
    .describe("Set when it was removed for everyone; what it said is gone"),
  starred: z.boolean().describe("Marked with a star on the account's devices"),
  deletedForMe: z.boolean().describe("Removed on the account's own devices; others keep it"),
  pinned: z.object({ by: Person, at, until: at }).nullable().describe("Set while it is pinned in its chat"),
}

type Story = z.infer<z.ZodObject<typeof messageStory>>

/** Of a message to which nothing was done. */
export const noStory = {
  reactions: [],
  editedAt: null,
  edits: [],
  revoked: null,
  starred: false,
  deletedForMe: false,
  pinned: null,
} satisfies Story

export function viewStory({
  reactions = [],
  editedAt,
  edits = [],
  revoked,
  starred,
  deletedForMe,
  pin,
}: MessageDoc): Story {
  return {
    // Those that were taken back are kept only to know that they are.
    reactions: reactions.filter(({ emoji }) => emoji !== "").map(dated),
    editedAt: editedAt?.toISOString() ?? null,
    edits: edits.map(({ content, at: since }) => ({ content, at: since.toISOString() })),
    revoked: revoked ? dated(revoked) : null,
    starred: starred ?? false,
    deletedForMe: deletedForMe ?? false,
    pinned: pin?.until && pin.until.getTime() > Date.now() ? { ...dated(pin), until: pin.until.toISOString() } : null,
  }
}

function dated<T extends { at: Date }>(said: T): Omit<T, "at"> & { at: string } {
  return { ...said, at: said.at.toISOString() }
}
