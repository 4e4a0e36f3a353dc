import { WildcatError } from "@wildcat/shared/contracts"
import type { MessageStatus } from "@wildcat/shared/contracts"
import type { AccountDoc, OutboxDoc } from "@wildcat/shared/store"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import { checkWording, unsent } from "./place-send.ts"
import type { SendRequest } from "./send-body.ts"

/**
 * What is done to a message that still waits in the outbox is done to its row: nobody has seen it. Returns the state
 * of that message then; null when it has left meanwhile, and the change must follow it. Throws `conflict` for what needs a message that was sent.
 */
export async function changeQueued(
  tenant: TenantAccess,
  account: AccountDoc,
  row: OutboxDoc,
  change: SendRequest["content"],
): Promise<MessageStatus | null> {
  if (change.type === "edit" && row.status === "queued") return reword(tenant, account, row, change.text)
  if (change.type === "delete" && row.status === "queued") return cancel(tenant, account, row._id)
  // On its way: what is done to it follows, in order.
  if (row.status === "sending") return null
  throw unsent(row)
}

async function reword(
  tenant: TenantAccess,
  account: AccountDoc,
  row: OutboxDoc,
  text: string,
): Promise<MessageStatus | null> {
  checkWording(text, row.content)
  const outcome = await tenant.outbox.revise(account, row._id, reworded(row.content, text))
  if (outcome === "unknown") throw unreachable()
  return outcome === "revised" ? "queued" : null
}

function reworded(content: OutboxDoc["content"], text: string): OutboxDoc["content"] {
  if (content.type === "text") {
    // The preview belongs to a link of the old text.
    const { linkPreview: _old, ...rest } = content
    return { ...rest, text }
  }
  const hasCaption = content.type === "image" || content.type === "video" || content.type === "document"
  return hasCaption ? { ...content, caption: text } : content
}

async function cancel(tenant: TenantAccess, account: AccountDoc, id: string): Promise<MessageStatus | null> {
  const outcome = await tenant.outbox.cancel(account, id)
  // `wanted`: its owner cannot be reached, and finds the wish before it sends.
  if (outcome === "wanted") return "queued"
  return outcome === "cancelled" ? "cancelled" : null
}

function unreachable(): WildcatError {
  const detail = "the account's worker cannot say whether the message has left; ask again"
  return new WildcatError("session_unavailable", { detail })
}
