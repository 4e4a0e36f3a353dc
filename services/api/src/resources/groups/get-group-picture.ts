import { route } from "../../http/route.ts"
import { answerPicture, pictureQuery, pictureResponses } from "../picture-answer.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { groupParams } from "./group-view.ts"

export const getGroupPicture = route({
  method: "get",
  path: "/v1/accounts/{id}/groups/{group}/picture",
  operation: "getGroupPicture",
  tag: "groups",
  summary: "Get a group's picture",
  scope: ["messages", "read"],
  params: groupParams,
  query: pictureQuery,
  responses: pictureResponses,
  errors: whatsAppErrors,
  async handler({ tenant, params, query }) {
    const account = await linkedAccount(tenant, params.id)
    return answerPicture(tenant, account, params.group.jid, query)
  },
})
