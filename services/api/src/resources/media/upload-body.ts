import { z } from "zod"
import { PassThrough } from "node:stream"
import { WildcatError } from "@wildcat/shared/contracts"
import { mediaTypeOf, refuseEncoding, refuseLength, unsupported } from "../../http/body-reader.ts"
import type { BodyReader, RawRequest } from "../../http/body-reader.ts"
import { readMultipart } from "../../http/multipart.ts"
import { invalid } from "../../http/parse-input.ts"
import type { StagedMedia } from "../../media/staged-media.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"

const Form = z.object({ file: z.string().meta({ format: "binary" }) }).meta({ id: "MediaUpload" })

/** The bytes themselves with their content type, or a form with the part `file`; stored as they come. */
export const uploadBody: BodyReader<StagedMedia> = {
  content: { "*/*": null, "multipart/form-data": Form },
  required: true,
  async read(request, tenant) {
    const type = mediaTypeOf(request)
    if (!/^[\w.+-]+\/[\w.+-]+$/.test(type)) throw unsupported("that of the media")
    const form = type === "multipart/form-data"
    const staged = form ? (await readMultipart(request, tenant, { fields: [] })).file : await readRaw(request, tenant)
    if (staged.bytes === 0) {
      await staged.discard()
      throw invalid(form ? "file" : "body", "is empty")
    }
    const { mimetype, fileName, sha256, discard } = staged
    return { value: staged, fingerprint: { mimetype, fileName, sha256 }, discard }
  },
}

async function readRaw(request: RawRequest, tenant: TenantAccess): Promise<StagedMedia> {
  refuseEncoding(request)
  refuseLength(request, tenant.limits.mediaBytesMax)
  const mimetype = request.headers["content-type"]?.slice(0, 200) ?? ""
  const source = new PassThrough()
  // A client that goes away must not look like the end of its media.
  request.once("close", () => {
    if (!request.complete) source.destroy(new WildcatError("client_closed_request"))
  })
  return tenant.media.stage(request.pipe(source), { mimetype, fileName: null }, "body")
}
