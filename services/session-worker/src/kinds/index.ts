import type { BinaryNode, proto } from "@whiskeysockets/baileys"
import type { ReadContent } from "../inbound/content.ts"
import { contacts } from "./contacts.ts"
import { event } from "./event.ts"
import type { Kind } from "./kind.ts"
import { location } from "./location.ts"
import { poll } from "./poll.ts"

/** Kinds that are made of their fields alone; texts and files have more to them (`outbound/`, `inbound/`). */
export const kinds = { location, contacts, poll, event }

const all: readonly Pick<Kind<never>, "read" | "meta">[] = Object.values(kinds)

/** A reader for each field of WhatsApp's `Message` that carries one of these kinds. */
export const kindReaders: Partial<Record<string, (message: proto.IMessage) => ReadContent>> = Object.assign(
  {},
  ...all.map(({ read }) => read),
)

/** What WhatsApp's server is told of the kind of a message, beside what it sees. */
export function metaOf(message: proto.IMessage): BinaryNode["attrs"] | null {
  const carries = (field: string) => Object.entries(message).some(([name, value]) => name === field && Boolean(value))
  return all.find(({ read }) => Object.keys(read).some(carries))?.meta ?? null
}
