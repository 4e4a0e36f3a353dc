import { z } from "zod"
import { GroupView, groupSettings } from "@wildcat/shared/contracts"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { askAboutGroup } from "./ask-about-group.ts"
import { groupParams } from "./group-view.ts"

const GroupPatch = z
  .strictObject(groupSettings)
  .partial()
  .refine((settings) => Object.keys(settings).length > 0, "must name what is to be set")
  .meta({ id: "GroupPatch", example: { subject: "Climbing on Saturday", announce: true, ephemeralSeconds: 604_800 } })

export const updateGroup = route({
  method: "patch",
  path: "/v1/accounts/{id}/groups/{group}",
  operation: "updateGroup",
  tag: "groups",
  summary: "Change what a group is called and what may be done in it",
  description:
    "WhatsApp takes settings one by one, in the order of this schema: when it refuses one, those before it are set.",
  scope: ["messages"],
  params: groupParams,
  body: jsonBody(GroupPatch),
  responses: { 200: { description: "The group now", content: { "application/json": GroupView } } },
  errors: [...whatsAppErrors, "not_group_member", "not_group_admin"],
  async handler({ tenant, params, body }) {
    const account = await linkedAccount(tenant, params.id)
    const order = { group: params.group.jid, set: body }
    return { status: 200, body: (await askAboutGroup(tenant, account, "group.update", order)).group }
  },
})
