import { newId } from "@wildcat/shared/contracts"
import { publishLive } from "@wildcat/shared/bus"
import type { Bus } from "@wildcat/shared/bus"

export interface ShownQr {
  qr: string | null
  expiresAt: string | null
}

/** The QR code that is shown now. Each is published live and stored nowhere: whoever scans it owns the session. */
export interface QrCodes {
  readonly shown: ShownQr
  show(qr: string): void
  hide(): void
}

/** WhatsApp's own times: the first code of a connection lives 60 s, each further one 20 s. */
const lifeMs = { first: 60_000, further: 20_000 }

export function createQrCodes(options: {
  bus: Bus
  account: { id: string; tenant: string }
  lifeMs: number | undefined
}): QrCodes {
  const none: ShownQr = { qr: null, expiresAt: null }
  let shown = none
  const { id, tenant } = options.account
  return {
    get shown() {
      return shown.expiresAt !== null && shown.expiresAt <= new Date().toISOString() ? none : shown
    },
    show(qr) {
      const life = options.lifeMs ?? (shown.qr === null ? lifeMs.first : lifeMs.further)
      const now = new Date()
      const expiresAt = new Date(now.getTime() + life).toISOString()
      shown = { qr, expiresAt }
      publishLive(options.bus, {
        specversion: "1.0",
        id: newId("event"),
        source: `/accounts/${id}`,
        type: "account.qr",
        time: now.toISOString(),
        datacontenttype: "application/json",
        tenant,
        account: id,
        data: { qr, expiresAt },
      })
    },
    hide: () => (shown = none),
  }
}
