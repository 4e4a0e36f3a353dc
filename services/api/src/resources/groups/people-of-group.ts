import { jsonBody } from "../../http/body-reader.ts"
import { whatsAppErrors } from "../linked-account.ts"
import { MemberResults, People, groupParams } from "./group-view.ts"

/** What the routes have in common that do something to people in a group, or who ask to be. */
export const peopleOfGroup = {
  method: "post",
  tag: "groups",
  scope: ["messages"],
  params: groupParams,
  body: jsonBody(People),
  responses: { 200: { description: "What was done", content: { "application/json": MemberResults } } },
  errors: [...whatsAppErrors, "not_group_member", "not_group_admin"],
} as const
