import { Readable } from "node:stream"
import { WildcatError } from "@wildcat/shared/contracts"
import { toProfilePicture } from "../media/to-profile-picture.ts"
import type { TenantAccess } from "../tenant/tenant-access.ts"

/** A stored picture, and where in the request it was given. */
export interface GivenPicture {
  media: string
  field: string
}

/** The largest picture that is taken: it is decoded in memory. */
const sourceBytesMax = 32 * 1024 * 1024

/** Makes a stored picture one for WhatsApp, hands it over by its passing id, and removes it afterwards. */
export async function withPicture(
  tenant: TenantAccess,
  { media, field }: GivenPicture,
  hand: (media: string) => Promise<unknown>,
): Promise<void> {
  const [stored, source] = await Promise.all([tenant.media.find(media), tenant.media.open(media)])
  if (stored === null || source === null)
    throw new WildcatError("not_found", { field, detail: `${field}: there is no such media` })
  if (stored.bytes > sourceBytesMax) {
    source.destroy()
    throw new WildcatError("media_too_large", { field, detail: `${field}: may have at most ${sourceBytesMax} bytes` })
  }
  const jpeg = await toProfilePicture(source, field)
  const staged = await tenant.media.stage(Readable.from([jpeg]), { mimetype: "image/jpeg", fileName: null }, field)
  try {
    await hand(staged.id)
  } finally {
    await staged.discard()
  }
}
