import QRCode from "qrcode"
import { z } from "zod"
import { AccountStatus, WildcatError } from "@wildcat/shared/contracts"
import type { CommandReply } from "@wildcat/shared/contracts"
import type { AccountDoc } from "@wildcat/shared/store"
import { bestOf } from "../../http/accept.ts"
import { route } from "../../http/route.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import { accountParams } from "./account-view.ts"
import { streamQr } from "./stream-qr.ts"

const QrView = z
  .object({
    status: AccountStatus,
    qr: z.string().nullable().describe("Text of the QR code to scan; null while there is none yet"),
    expiresAt: z.iso.datetime().nullable().describe("When another one replaces it"),
  })
  .meta({ id: "Qr", example: { status: "qr", qr: "2@Zx…", expiresAt: "2026-11-24T10:01:00.000Z" } })

const formats = { json: "application/json", png: "image/png", sse: "text/event-stream" } as const

export const getQr = route({
  method: "get",
  path: "/v1/accounts/{id}/qr",
  operation: "getQr",
  tag: "accounts",
  summary: "Get the QR code that links an account: as JSON, as an image, or as a stream of each new one",
  description:
    "In WhatsApp on the phone: Linked devices, Link a device. As `text/event-stream`: `event: qr` with " +
    '`{"qr","expiresAt"}` and `event: status` with the data of `account.status`; it ends when the account is connected, ' +
    "logged out or failed. `Accept` or `format` chooses.",
  scope: ["accounts"],
  params: accountParams,
  query: z.strictObject({ format: z.enum(["json", "png", "sse"]).optional().describe("Overrides `Accept`") }),
  responses: {
    200: {
      description: "The QR code that is shown now",
      content: { "application/json": QrView, "image/png": null, "text/event-stream": null },
    },
  },
  errors: ["account_already_linked", "not_acceptable", "rate_limited"],
  async handler({ tenant, params, query, header }) {
    const account = await tenant.accounts.get(params.id)
    if (account.status === "connected") throw new WildcatError("account_already_linked")
    const format = query.format ? formats[query.format] : bestOf(header("accept"), Object.values(formats))
    if (format === "text/event-stream") return { stream: (response) => streamQr(tenant, account, response) }
    const { qr, expiresAt } = await currentQr(tenant, account)
    if (format === "image/png") return png(qr)
    return { status: 200, body: { status: account.status, qr, expiresAt } }
  },
})

/** No owner yet is no QR code yet. */
export async function currentQr(tenant: TenantAccess, account: AccountDoc): Promise<CommandReply<"account.qr">> {
  try {
    return await tenant.sessions.command(account, "account.qr", {})
  } catch (error) {
    if (error instanceof WildcatError && error.code === "session_unavailable") return { qr: null, expiresAt: null }
    throw error
  }
}

async function png(qr: string | null) {
  if (qr === null) throw new WildcatError("not_found", { detail: "there is no QR code to scan yet; ask again" })
  return { status: 200, headers: { "content-type": "image/png" }, body: await QRCode.toBuffer(qr, { width: 512 }) }
}
