import type { Response } from "express"
import { WildcatError } from "@wildcat/shared/contracts"
import type { EventData } from "@wildcat/shared/contracts"
import type { AccountDoc } from "@wildcat/shared/store"
import type { EventStream } from "../../events/event-stream.ts"
import { openSse } from "../../events/sse-transport.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import { currentQr } from "./get-qr.ts"

/** Nobody needs longer to scan; a forgotten page does not stay open for ever. */
const streamMsMax = 15 * 60_000

/** Writes the status and each QR code as they come, until a new status is a final one. */
export async function streamQr(tenant: TenantAccess, account: AccountDoc, response: Response): Promise<void> {
  const stream = tenant.events.openStream(() => openSse(response))
  const send = (event: string, data: unknown) => stream.send({ event, data: JSON.stringify(data) })
  const status = (data: EventData<"account.status">) => {
    send("status", data)
    if (["connected", "failed", "logged_out"].includes(data.status)) stream.end("done")
  }
  const unfollow = await tenant.events.followAccount(account, {
    qr: (data) => send("qr", data),
    status,
    lost: () => stream.end("log_replaced"),
  })
  const limit = setTimeout(() => stream.end("done"), streamMsMax)
  try {
    // Read again after listening: what happened in between is either in here or was heard.
    const now = await tenant.accounts.get(account._id)
    send("status", { status: now.status, reason: now.reason, me: now.me })
    if (now.status === "connected") return stream.end("done")
    const { qr, expiresAt } = await currentOrNone(tenant, now)
    if (qr !== null) send("qr", { qr, expiresAt })
    await closed(stream)
  } finally {
    clearTimeout(limit)
    unfollow()
    stream.end("done")
  }
}

/** A session that does not answer now sends its next QR code by itself. */
async function currentOrNone(tenant: TenantAccess, account: AccountDoc) {
  try {
    return await currentQr(tenant, account)
  } catch (error) {
    if (error instanceof WildcatError && error.code === "session_timeout") return { qr: null, expiresAt: null }
    throw error
  }
}

function closed(stream: EventStream): Promise<void> {
  if (stream.closed.aborted) return Promise.resolve()
  return new Promise((resolve) => stream.closed.addEventListener("abort", () => resolve()))
}
