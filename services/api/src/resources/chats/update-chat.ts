import { z } from "zod"
import { ephemeralChoices, forever } from "@wildcat/shared/contracts"
import type { CommandRequest } from "@wildcat/shared/contracts"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { chatOf, chatParams, chatResponse, viewChat } from "./chat-view.ts"

const ChatChanges = z
  .strictObject({
    archived: z.boolean().optional(),
    pinned: z.boolean().optional().describe("To the top of the list; WhatsApp allows a few"),
    muted: z.boolean().optional().describe("For good, or no longer; `mutedUntil` for a while"),
    mutedUntil: z.iso.datetime().nullable().optional().describe("Null: no longer muted"),
    read: z.boolean().optional().describe("True tells the writers; false marks the chat as unread"),
    ephemeralSeconds: z
      .literal(ephemeralChoices)
      .optional()
      .describe("How long new messages stay: 0 (for good), a day, a week or 90 days. The others in the chat see it"),
  })
  .refine(({ muted, mutedUntil }) => muted === undefined || mutedUntil === undefined, {
    error: "give either muted or mutedUntil",
    path: ["muted"],
  })
  .meta({ id: "ChatChanges", example: { archived: true } })

export const updateChat = route({
  method: "patch",
  path: "/v1/accounts/{id}/chats/{chat}",
  operation: "updateChat",
  tag: "chats",
  summary: "Change a chat on all devices of the account; what is not named stays",
  description: "Each field is a change of its own at WhatsApp: when one is refused, those before it stay.",
  scope: ["messages"],
  params: chatParams,
  body: jsonBody(ChatChanges),
  responses: chatResponse,
  errors: [...whatsAppErrors, "conflict"],
  async handler({ tenant, params, body }) {
    const account = await linkedAccount(tenant, params.id)
    const { jid } = await chatOf(tenant, account, params.chat.jid)
    if (body.read === true) await tenant.sessions.command(account, "chat.read", { chat: jid })
    const wanted = wantedBy(body)
    const order = Object.keys(wanted).length > 0
    // WhatsApp tells what became of a group's settings a moment later.
    const changed = order
      ? (await tenant.sessions.command(account, "chat.change", { chat: jid, ...wanted })).changed
      : {}
    return { status: 200, body: { ...viewChat(await chatOf(tenant, account, jid)), ...changed } }
  },
})

function wantedBy(body: z.infer<typeof ChatChanges>): Omit<CommandRequest<"chat.change">, "chat"> {
  const { archived, pinned, muted, mutedUntil, read, ephemeralSeconds } = body
  const until = muted === undefined ? mutedUntil : muted ? forever : null
  return {
    ...(archived === undefined ? {} : { archived }),
    ...(pinned === undefined ? {} : { pinned }),
    ...(until === undefined ? {} : { mutedUntil: until }),
    ...(read === false ? { markedUnread: true } : {}),
    ...(ephemeralSeconds === undefined ? {} : { ephemeralSeconds }),
  }
}
