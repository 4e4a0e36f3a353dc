import { z } from "zod"
import type { AccountDoc } from "@wildcat/shared/store"
import { notFound } from "../http/route.ts"
import type { Reply } from "../http/route.ts"
import type { TenantAccess } from "../tenant/tenant-access.ts"

export const pictureQuery = z.strictObject({
  size: z.enum(["preview", "full"]).default("full").describe("`preview`: about 96 pixels"),
  format: z.enum(["json", "redirect"]).default("json").describe("`redirect`: a 302 to the picture, for a browser"),
})

const PictureView = z
  .object({
    id: z.string().describe("Changes with the picture"),
    url: z.url().describe("WhatsApp's own link; it expires"),
    urlExpiresAt: z.iso.datetime().nullable().describe("Null where WhatsApp's link does not say"),
  })
  .meta({
    id: "Picture",
    example: {
      id: "1732442400",
      url: "https://pps.whatsapp.net/v/t61.24694-24/1.jpg?oe=67456789",
      urlExpiresAt: "2026-11-26T06:14:01.000Z",
    },
  })

export const pictureResponses = {
  200: { description: "Where it is", content: { "application/json": PictureView } },
  302: { description: "To the picture", headers: { location: "The picture's URL" } },
}

/** Throws `not_found` when there is no picture that the account may see. */
export async function answerPicture(
  tenant: TenantAccess,
  account: AccountDoc,
  jid: string,
  { size, format }: z.infer<typeof pictureQuery>,
): Promise<Reply> {
  const asked = { person: jid, preview: size === "preview" }
  const { picture } = await tenant.sessions.command(account, "contact.picture", asked)
  if (picture === null) throw notFound("picture, or none that the account may see", "path")
  if (format === "redirect") return { status: 302, headers: { location: picture.url } }
  return { status: 200, body: { ...picture, urlExpiresAt: expiryOf(picture.url) } }
}

/** WhatsApp's links end at `oe`, seconds since 1970 in hex. */
function expiryOf(url: string): string | null {
  const seconds = Number.parseInt(new URL(url).searchParams.get("oe") ?? "", 16)
  return seconds > 0 && seconds < 8.64e12 ? new Date(seconds * 1000).toISOString() : null
}
