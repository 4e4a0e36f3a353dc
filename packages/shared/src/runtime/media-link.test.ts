import { expect, test } from "vitest"
import { newId } from "../contracts/index.ts"
import { mediaLinkOpens, signMediaLink } from "./media-link.ts"
import { createSecretBox } from "./secret-box.ts"

const box = createSecretBox("11".repeat(32))
const media = newId("media")
const now = new Date("2026-11-24T12:00:00Z")
const expiresAt = new Date("2026-11-24T13:00:00Z")

function opens(link: string, changes: { media?: string; now?: Date; expires?: string; box?: typeof box } = {}) {
  const query = new URL(link).searchParams
  return mediaLinkOpens(
    {
      media: changes.media ?? media,
      expires: changes.expires ?? query.get("expires") ?? "",
      signature: query.get("signature") ?? "",
      now: changes.now ?? now,
    },
    changes.box ?? box,
  )
}

test("a signed link opens its media until it expires, and nothing else", () => {
  const link = signMediaLink({ publicUrl: "https://example.com", media, expiresAt }, box)
  expect(new URL(link).pathname).toBe(`/v1/media/${media}/content`)
  expect(opens(link)).toBe(true)
  expect(opens(link, { now: expiresAt })).toBe(false)
  expect(opens(link, { media: newId("media") })).toBe(false)
  expect(opens(link, { expires: "1900000000" })).toBe(false)
  expect(opens(link, { expires: "1e99" })).toBe(false)
  expect(opens(`${link}x`)).toBe(false)
  expect(opens(link, { box: createSecretBox("22".repeat(32)) })).toBe(false)
})

test("a link outlives the rotation of the key", () => {
  const link = signMediaLink({ publicUrl: "https://example.com", media, expiresAt }, box)
  expect(opens(link, { box: createSecretBox("22".repeat(32), "11".repeat(32)) })).toBe(true)
})
