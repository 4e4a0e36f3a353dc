import { z } from "zod"
import { WildcatError, idSchema } from "@wildcat/shared/contracts"
import { mediaTypeOf, readJson, smallJsonBytesMax, unsupported } from "../http/body-reader.ts"
import type { BodyReader } from "../http/body-reader.ts"
import { parseBody } from "../http/parse-input.ts"
import type { TenantAccess } from "../tenant/tenant-access.ts"
import { uploadBody } from "./media/upload-body.ts"
import type { GivenPicture } from "./with-picture.ts"

const StoredPicture = z
  .strictObject({ media: idSchema("media").describe("A picture that was uploaded or received before") })
  .meta({ id: "StoredPicture", example: { media: "med_01JDGZ8Q4W0000000000000000" } })

const PictureForm = z
  .object({ file: z.string().meta({ format: "binary" }) })
  .meta({ id: "PictureUpload", example: { file: "(bytes)" } })

const types = ["image/jpeg", "image/png", "image/webp"] as const

/** A picture as it comes: the bytes themselves, a form with the part `file`, or one that is stored already. */
export const pictureBody: BodyReader<GivenPicture> = {
  content: {
    ...Object.fromEntries(types.map((type) => [type, null])),
    "multipart/form-data": PictureForm,
    "application/json": StoredPicture,
  },
  required: true,
  async read(request, tenant) {
    const type = mediaTypeOf(request)
    if (type === "application/json") {
      const { media } = parseBody(StoredPicture, await readJson(request, smallJsonBytesMax))
      await requireMedia(tenant, media)
      return { value: { media, field: "media" }, fingerprint: media }
    }
    const form = type === "multipart/form-data"
    if (!form && !types.some((each) => each === type)) throw unsupported(types.join(", "))
    const read = await uploadBody.read(request, tenant)
    return { ...read, value: { media: read.value.id, field: form ? "file" : "body" } }
  },
}

async function requireMedia(tenant: TenantAccess, media: string): Promise<void> {
  if ((await tenant.media.find(media)) !== null) return
  throw new WildcatError("not_found", { field: "media", detail: "media: there is no such media" })
}
