import type { Store } from "@wildcat/shared/store"
import { chatOf } from "../../inbound/people.ts"
import type { Names } from "../../inbound/people.ts"

/** True for a person with whom the account has no message in either direction. Three looks into indexes at most. */
export async function isFirstContact(
  to: string,
  { account, store, names }: { account: { _id: string }; store: Store; names: Names },
): Promise<boolean> {
  const { kind, jid, pn, lid } = chatOf(names, to)
  if (kind !== "direct") return false
  const known = [{ "chat.jid": jid }, ...(pn ? [{ "chat.pn": pn }] : []), ...(lid ? [{ "chat.lid": lid }] : [])]
  const found = await store.collections.messages.findOne(
    { $or: known.map((each) => ({ account: account._id, ...each })) },
    { projection: { _id: 1 } },
  )
  return found === null
}
