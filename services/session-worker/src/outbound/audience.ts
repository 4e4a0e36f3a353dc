import type { Person } from "@wildcat/shared/contracts"
import type { OutboxDoc, Store } from "@wildcat/shared/store"
import { keyOf, resolvePerson } from "../inbound/people.ts"
import type { Names } from "../inbound/people.ts"
import { NotSendable } from "./content.ts"

export const statusFeed = "status@broadcast"

/** People that a status post goes to at most: each of their devices is sent a key. */
const audienceMax = 5_000

/**
 * Who shall see a status post: the people that it names, or everybody that the account has a chat with; and the account's
 * own phone. Null for anything else than a status post.
 */
export async function readAudience(
  row: OutboxDoc,
  { store, names, me }: { store: Store; names: Names; me(): Person },
): Promise<string[] | null> {
  if (row.to !== statusFeed) return null
  const jids = row.audience ?? (await knownPeople(row.account, store))
  const people = new Set(jids.map((jid) => keyOf(resolvePerson(names, jid))))
  people.delete(keyOf(me()))
  if (people.size === 0) throw new NotSendable("no_audience", "the account knows nobody who could see the post")
  if (people.size > audienceMax) throw new NotSendable("audience_too_large", "the post is for too many people")
  return [...people, keyOf(me())]
}

async function knownPeople(account: string, store: Store): Promise<string[]> {
  const chats: unknown[] = await store.collections.messages.distinct("chat.jid", { account, "chat.kind": "direct" })
  return chats.filter((jid) => typeof jid === "string")
}
