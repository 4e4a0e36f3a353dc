import { WildcatError } from "@wildcat/shared/contracts"
import { route } from "../../http/route.ts"
import { AccountView, accountParams, viewAccount } from "./account-view.ts"

export const logOutAccount = route({
  method: "post",
  path: "/v1/accounts/{id}/logout",
  operation: "logOutAccount",
  tag: "accounts",
  summary: "Unlink an account at WhatsApp and delete its credentials",
  description: "The phone no longer lists the device; messages stay in the log. To link again, start the account.",
  scope: ["accounts"],
  params: accountParams,
  responses: { 200: { description: "Unlinked", content: { "application/json": AccountView } } },
  errors: ["account_not_linked", "account_not_running", "session_unavailable", "session_timeout"],
  async handler({ tenant, params }) {
    const account = await tenant.accounts.get(params.id)
    // A repeated request finds what it asked for.
    if (account.status === "logged_out") return { status: 200, body: viewAccount(account) }
    if (account.me === null) throw new WildcatError("account_not_linked")
    if (account.desired === "stopped" && account.owner === null) {
      throw new WildcatError("account_not_running", { detail: "start the account first: WhatsApp must be told" })
    }
    await tenant.sessions.command(account, "account.logout", {})
    return { status: 200, body: viewAccount(await tenant.accounts.get(params.id)) }
  },
})
