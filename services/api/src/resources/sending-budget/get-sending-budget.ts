import { SendingBudget } from "@wildcat/shared/contracts"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"

export const getSendingBudget = route({
  method: "get",
  path: "/v1/accounts/{id}/sending-budget",
  operation: "getSendingBudget",
  tag: "messages",
  summary: "What an account may send now, and why not",
  description:
    "Over a limit a message waits in the queue, it never fails; `GET …/messages?status=queued` lists what waits. Windows " +
    "slide in steps (5 s, 5 min, 1 h) and count a step that lies in them in part, so a limit is never exceeded.",
  scope: ["messages", "accounts", "read"],
  params: accountParams,
  responses: { 200: { description: "The budget", content: { "application/json": SendingBudget } } },
  errors: [],
  async handler({ tenant, params }) {
    return { status: 200, body: await tenant.outbox.budgetOf(await tenant.accounts.get(params.id)) }
  },
})
