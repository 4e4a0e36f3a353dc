import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { answerPicture, pictureQuery, pictureResponses } from "../picture-answer.ts"
import { personParams } from "./contact-view.ts"

export const getContactPicture = route({
  method: "get",
  path: "/v1/accounts/{id}/contacts/{person}/picture",
  operation: "getContactPicture",
  tag: "contacts",
  summary: "Get a person's picture",
  scope: ["messages", "read"],
  params: personParams,
  query: pictureQuery,
  responses: pictureResponses,
  errors: whatsAppErrors,
  async handler({ tenant, params, query }) {
    const account = await linkedAccount(tenant, params.id)
    return answerPicture(tenant, account, params.person.jid, query)
  },
})
