import { randomBytes } from "node:crypto"
import type { proto } from "@whiskeysockets/baileys"
import { withContext } from "../outbound/content.ts"
import type { Kind } from "./kind.ts"

export const event: Kind<"event"> = {
  async send(content, { context }) {
    const { name, description, startsAt, endsAt, place, joinLink } = content
    const eventMessage = {
      name,
      startTime: secondsOf(startsAt),
      ...(endsAt === undefined ? {} : { endTime: secondsOf(endsAt) }),
      ...(description === undefined ? {} : { description }),
      ...(place === undefined ? {} : { location: { name: place } }),
      ...(joinLink === undefined ? {} : { joinLink }),
      ...withContext(context),
    }
    // Those who answer the invitation encrypt their answers with it.
    return { message: { messageContextInfo: { messageSecret: randomBytes(32) }, eventMessage }, content, media: null }
  },
  read: {
    eventMessage: ({ eventMessage: said }) => ({
      content: {
        type: "event",
        name: said?.name ?? "",
        startsAt: timeOf(said?.startTime) ?? new Date(0).toISOString(),
        ...(said?.endTime ? { endsAt: timeOf(said.endTime) } : {}),
        ...(said?.description ? { description: said.description } : {}),
        ...(said?.location?.name ? { place: said.location.name } : {}),
        ...(said?.joinLink ? { joinLink: said.joinLink } : {}),
      },
      context: said?.contextInfo ?? null,
    }),
  },
  meta: { event_type: "creation" },
}

/** WhatsApp counts seconds since 1970. */
function secondsOf(time: string): number {
  return Math.floor(Date.parse(time) / 1000)
}

function timeOf(seconds: proto.Message.IEventMessage["startTime"]): string | undefined {
  const time = new Date(Number(String(seconds)) * 1000)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}
