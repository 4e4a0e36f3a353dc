import { seededId } from "@wildcat/shared/contracts"
import { route } from "../../http/route.ts"
import { MediaView, viewMedia } from "./media-view.ts"
import { uploadBody } from "./upload-body.ts"

export const uploadMedia = route({
  method: "post",
  path: "/v1/media",
  operation: "uploadMedia",
  tag: "media",
  summary: "Upload media, to be sent later",
  scope: ["messages"],
  body: uploadBody,
  responses: {
    201: {
      description: "Stored",
      content: { "application/json": MediaView },
      headers: { location: "Path of the media" },
    },
  },
  errors: ["media_too_large"],
  async handler({ tenant, body, seed }) {
    const media = await tenant.media.adopt(body, seededId("media", seed))
    return { status: 201, headers: { location: `/v1/media/${media.id}` }, body: viewMedia(tenant, media) }
  },
})
