import { png } from "../test-api.ts"
import { asked, form } from "./bad.ts"
import type { Rows } from "./bad.ts"

/** Bad input of the routes about media. */
export const mediaRows: Rows = {
  uploadMedia: [
    ["no content type", { raw: new Uint8Array([1]) }, 415, "unsupported_media_type", "header.content-type"],
    ["empty", { raw: "", headers: { "content-type": "image/png" } }, 400, "invalid_request", "body"],
    [
      "compressed",
      { raw: png, headers: { "content-type": "image/png", "content-encoding": "br" } },
      415,
      "unsupported_media_type",
      "header.content-encoding",
    ],
    ["form with a field", { raw: form({ a: "1" }, png) }, 400, "invalid_request", "a"],
    ["form without file", { raw: form({}) }, 400, "invalid_request", "file"],
  ],
  getMedia: [],
  refetchMedia: [["of media that is not there", {}, 404, "not_found", "path.id"]],
  getMediaContent: [
    ["link not ours", { key: null, query: "expires=99999999999&signature=x" }, 403, "forbidden", "query.signature"],
    asked("unknown parameter", "x=1", "query.x"),
  ],
}
