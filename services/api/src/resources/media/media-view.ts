import { z } from "zod"
import { idSchema } from "@wildcat/shared/contracts"
import type { StoredMedia } from "@wildcat/shared/store"
import type { TenantAccess } from "../../tenant/tenant-access.ts"

export const MediaView = z
  .object({
    id: idSchema("media"),
    mimetype: z.string(),
    bytes: z.number().int(),
    sha256: z.string().describe("Hex digest of the bytes"),
    fileName: z.string().nullable(),
    url: z.string().describe("Opens without an API key until `urlExpiresAt`"),
    urlExpiresAt: z.iso.datetime(),
  })
  .meta({
    id: "Media",
    example: {
      id: "med_01JDGZ8Q4W0000000000000000",
      mimetype: "image/png",
      bytes: 5120,
      sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      fileName: "menu.png",
      url: "https://wildcat.example/v1/media/med_01JDGZ8Q4W0000000000000000/content?expires=1796000000&signature=…",
      urlExpiresAt: "2026-12-01T10:00:00.000Z",
    },
  })

export const mediaParams = z.strictObject({ id: idSchema("media") })

export function viewMedia(tenant: TenantAccess, media: StoredMedia) {
  const { id, mimetype, bytes, sha256, fileName } = media
  return { id, mimetype, bytes, sha256, fileName, ...tenant.media.linkOf(id) }
}
