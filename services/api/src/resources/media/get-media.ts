import { notFound, route } from "../../http/route.ts"
import { MediaView, mediaParams, viewMedia } from "./media-view.ts"

export const getMedia = route({
  method: "get",
  path: "/v1/media/{id}",
  operation: "getMedia",
  tag: "media",
  summary: "Get what is known of a media, with a fresh link to its bytes",
  scope: ["messages", "read"],
  params: mediaParams,
  responses: { 200: { description: "The media", content: { "application/json": MediaView } } },
  errors: [],
  async handler({ tenant, params }) {
    const media = await tenant.media.find(params.id)
    if (media === null) throw notFound("media")
    return { status: 200, body: viewMedia(tenant, media) }
  },
})
