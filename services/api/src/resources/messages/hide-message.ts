import type { AccountDoc } from "@wildcat/shared/store"
import { notFound } from "../../http/route.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import { assertMaySend } from "./may-send.ts"
import { viewMessages } from "./message-view.ts"
import type { MessageEntry } from "./message-view.ts"

/** Removes a message on the account's own devices. Throws `not_found` for one that the log does not have (yet). */
export async function hideMessage(tenant: TenantAccess, account: AccountDoc, id: string): Promise<MessageEntry> {
  const find = async () => {
    const found = await tenant.messages.find(account, id)
    if (found?.kind !== "logged") throw notFound("message", "path.messageId")
    return found
  }
  assertMaySend(account)
  const { doc } = await find()
  if (doc.deletedForMe !== true) await tenant.sessions.command(account, "message.hide", { message: id })
  const [view] = await viewMessages(tenant, account, [await find()])
  if (view === undefined) throw notFound("message", "path.messageId")
  return view
}
