import { GroupView } from "@wildcat/shared/contracts"
import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { askAboutGroup } from "./ask-about-group.ts"
import { inviteParams } from "./invite-params.ts"

export const getInvitedGroup = route({
  method: "get",
  path: "/v1/accounts/{id}/group-invites/{code}",
  operation: "getInvitedGroup",
  tag: "groups",
  summary: "See which group an invite leads to, without joining it",
  scope: ["messages", "read"],
  params: inviteParams,
  responses: { 200: { description: "The group", content: { "application/json": GroupView } } },
  errors: whatsAppErrors,
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    return {
      status: 200,
      body: await askAboutGroup(tenant, account, "group.preview", { code: params.code }, "path.code"),
    }
  },
})
