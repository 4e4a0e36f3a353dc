import { PassThrough } from "node:stream"
import { WildcatError } from "@wildcat/shared/contracts"
import { recipientFormats } from "../../campaigns/read-recipients.ts"
import type { RecipientFormat } from "../../campaigns/read-recipients.ts"
import { mediaTypeOf, refuseEncoding, refuseLength, unsupported } from "../../http/body-reader.ts"
import type { BodyReader } from "../../http/body-reader.ts"
import { invalid } from "../../http/parse-input.ts"
import type { StagedMedia } from "../../media/staged-media.ts"

/** An upload of recipients, stored until the call is carried out: so it can be carried out again after a crash. */
export interface RecipientsUpload {
  format: RecipientFormat
  staged: StagedMedia
}

export const recipientsBody: BodyReader<RecipientsUpload> = {
  content: { "application/x-ndjson": null, "text/csv": null },
  required: true,
  async read(request, tenant) {
    const type = mediaTypeOf(request)
    const format = recipientFormats.find((each) => each === type)
    if (format === undefined) throw unsupported(recipientFormats.join(" or "))
    refuseEncoding(request)
    refuseLength(request, tenant.limits.mediaBytesMax)
    const source = new PassThrough()
    // A client that goes away must not look like the end of its list.
    request.once("close", () => {
      if (!request.complete) source.destroy(new WildcatError("client_closed_request"))
    })
    const staged = await tenant.media.stage(request.pipe(source), { mimetype: format, fileName: null }, "body")
    if (staged.bytes === 0) {
      await staged.discard()
      throw invalid("body", "is empty")
    }
    return { value: { format, staged }, fingerprint: [format, staged.sha256], discard: staged.discard }
  },
}
