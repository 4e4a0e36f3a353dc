import { z } from "zod"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { renderSnapshot } from "./render-snapshot.ts"
import { Snapshot } from "./snapshot-data.ts"
import { readSnapshot } from "./snapshot-state.ts"

const SnapshotView = Snapshot.extend({ image: z.string().describe("The same as PNG, as data URL") }).meta({
  id: "Snapshot",
  example: {
    account: { id: "acc_01JDGZ8Q4W0000000000000000", name: "Shop", status: "connected", reason: null, me: null },
    takenAt: "2026-11-24T10:00:00.000Z",
    chats: [],
    messages: [],
    image: "data:image/png;base64,iVBORw0KGgo=",
  },
})

export const getSnapshot = route({
  method: "get",
  path: "/v1/accounts/{id}/snapshot",
  operation: "getSnapshot",
  tag: "accounts",
  summary: "Get a picture of an account: its status, its latest chats and messages",
  description:
    "Drawn from what is stored, so also while the account is not connected; the picture says so then. As PNG of " +
    "1000 × 760, or with `format=json` as what it shows, with the picture as data URL.",
  scope: ["messages", "read"],
  params: accountParams,
  query: z.strictObject({ format: z.enum(["png", "json"]).default("png") }),
  responses: {
    200: {
      description: "The picture, or what it shows",
      content: { "image/png": null, "application/json": SnapshotView },
    },
  },
  errors: [],
  async handler({ tenant, params, query }) {
    const account = await tenant.accounts.get(params.id)
    const snapshot = await readSnapshot(tenant, account)
    const png = await renderSnapshot(snapshot)
    if (query.format === "png") return { status: 200, headers: { "content-type": "image/png" }, body: png }
    return { status: 200, body: { ...snapshot, image: `data:image/png;base64,${png.toString("base64")}` } }
  },
})
