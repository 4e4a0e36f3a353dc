import { z } from "zod"
import { MediaStatus, WildcatError, idSchema, seededId } from "@wildcat/shared/contracts"
import { notFound, route } from "../../http/route.ts"
import { mediaParams } from "./media-view.ts"

const Refetch = z
  .object({
    id: idSchema("media"),
    status: MediaStatus.describe("`pending` now; `stored` when there was nothing to do"),
  })
  .meta({ id: "MediaRefetch", example: { id: "med_01JDGZ8Q4W0000000000000000", status: "pending" } })

const content = { "application/json": Refetch }

export const refetchMedia = route({
  method: "post",
  path: "/v1/media/{id}/refetch",
  operation: "refetchMedia",
  tag: "media",
  summary: "Fetch the media of a message again that could not be had",
  description:
    "WhatsApp deletes files after some weeks. The account's phone is then asked to upload the file again, which it does " +
    "when it is on and still has it; that is tried by itself too when a message comes in. `media.stored` or another " +
    "`media.failed` tells how it ends.",
  scope: ["messages"],
  params: mediaParams,
  responses: {
    200: { description: "It is stored already", content },
    202: { description: "It is being fetched", content },
  },
  errors: ["dependency_unavailable"],
  async handler({ tenant, params: { id }, seed }) {
    if ((await tenant.media.find(id)) !== null) return { status: 200, body: { id, status: "stored" as const } }
    const message = await tenant.messages.findByFailedMedia(id)
    if (message === null) throw notFound("failed media")
    await queue(tenant.media.fetchAgain(message, id, seededId("request", seed)))
    return { status: 202, body: { id, status: "pending" as const } }
  },
})

async function queue(queued: Promise<void>): Promise<void> {
  try {
    await queued
  } catch (cause) {
    throw new WildcatError("dependency_unavailable", { detail: "the message bus is not available", cause })
  }
}
