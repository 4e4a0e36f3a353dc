import type { Person } from "@wildcat/shared/contracts"
import type { OutboxDoc, Store } from "@wildcat/shared/store"
import { keyOf, resolvePerson } from "../inbound/people.ts"
import type { Names } from "../inbound/people.ts"
import { NotSendable } from "./content.ts"

export const statusFeed = "status@broadcast"

/** People that a status post goes to at most: each of their devices is sent a key. */
const audienceMax = 5_000

/**
 * Who shall see a status post: the people that it names, or everybody that the account has a chat with or its phone has
 * saved; and the account's
 * own phone. Null for anything else than a status post.
 */
export async function readAudience(
  row: OutboxDoc,
  { store, names, me }: { store: Store; names: Names; me(): Person },
): Promise<string[] | null> {
  if (row.to !== statusFeed) return null
  const jids = (await namedPeople(row, store)) ?? (await knownPeople(row.account, store))
  const people = new Set(jids.map((jid) => keyOf(resolvePerson(names, jid))))
  people.delete(keyOf(me()))
  if (people.size === 0) throw new NotSendable("no_audience", "the account knows nobody who could see the post")
  if (people.size > audienceMax) throw new NotSendable("audience_too_large", "the post is for too many people")
  return [...people, keyOf(me())]
}

/** Whoever was shown a post must learn that it is removed. */
async function namedPeople({ account, content, audience }: OutboxDoc, store: Store) {
  if (content.type !== "delete") return audience
  return (await store.collections.outbox.findOne({ _id: content.message, account }))?.audience
}

/** The people of the account's direct chats and of the phone's address book. */
async function knownPeople(account: string, { collections: { messages, contacts } }: Store): Promise<string[]> {
  const [chats, saved]: [unknown[], Person[]] = await Promise.all([
    messages.distinct("chat.jid", { account, "chat.kind": "direct" }),
    contacts
      .find({ account, savedName: { $ne: null } })
      .project<Person>({ pn: 1, lid: 1 })
      .limit(audienceMax)
      .toArray(),
  ])
  return [...chats, ...saved.map(({ pn, lid }) => pn ?? lid)].filter((jid) => typeof jid === "string")
}
