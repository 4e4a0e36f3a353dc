import { z } from "zod"
import { notFound, route } from "../../http/route.ts"
import { proxyMedia } from "../../media/proxy-media.ts"
import { mediaParams } from "./media-view.ts"

/** Headers of the request that the media service understands. */
const passedOn = ["range", "if-range", "if-none-match"] as const

export const getMediaContent = route({
  method: "get",
  path: "/v1/media/{id}/content",
  operation: "getMediaContent",
  tag: "media",
  summary: "Get the bytes of a media",
  description:
    "With an API key, or without one by the signed link that stands in the media's `url`. Understands `Range`.",
  scope: ["messages", "read"],
  link: true,
  params: mediaParams,
  query: z.strictObject({
    expires: z.string().max(20).optional().describe("Of a signed link"),
    signature: z.string().max(100).optional().describe("Of a signed link"),
  }),
  responses: {
    200: { description: "The bytes", content: { "*/*": null } },
    206: { description: "A range of the bytes", content: { "*/*": null } },
    304: { description: "The client has them already" },
    416: { description: "The range lies outside of the media" },
  },
  errors: [],
  async handler({ tenant, params, header, method, gone }) {
    if ((await tenant.media.find(params.id)) === null) throw notFound("media")
    const headers = Object.fromEntries(passedOn.flatMap((name) => (header(name) ? [[name, header(name)]] : [])))
    const url = tenant.media.internalLinkOf(params.id)
    return { stream: (response) => proxyMedia({ url, method, headers, gone }, response) }
  },
})
