import { z } from "zod"
import { route } from "../../http/route.ts"
import { OwnedBecause } from "../workers/worker-view.ts"
import { accountParams } from "./account-view.ts"

const example = { worker: "session-worker-1", from: "session-worker-0", why: "drained", at: "2026-11-24T10:00:00.000Z" }

const MoveView = z
  .object({
    worker: z.string().describe("Who got the session"),
    from: z.string().nullable().describe("Who had it before; null when nobody had"),
    why: OwnedBecause,
    at: z.iso.datetime(),
  })
  .meta({
    id: "Move",
    example,
  })

const MoveList = z.object({ items: z.array(MoveView) }).meta({ id: "Moves", example: { items: [example] } })

export const getAccountMoves = route({
  method: "get",
  path: "/v1/accounts/{id}/moves",
  operation: "getAccountMoves",
  tag: "accounts",
  summary: "List how an account's session came to its worker: its last 20 owners, newest first",
  scope: ["admin"],
  params: accountParams,
  responses: {
    200: { description: "The moves", content: { "application/json": MoveList } },
  },
  errors: [],
  async handler({ tenant, params }) {
    const { moves = [] } = await tenant.accounts.get(params.id)
    const items = moves.toReversed().map(({ worker, from, why, at }) => ({ worker, from, why, at: at.toISOString() }))
    return { status: 200, body: { items } }
  },
})
