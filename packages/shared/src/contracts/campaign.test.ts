import { expect, test } from "vitest"
import { nextSlot } from "./campaign-feed.ts"
import { TemplateError, parseTemplate, renderContent, templateFault, variablesOf } from "./campaign-template.ts"
import { CampaignPacing } from "./campaign.ts"
import { QuietHours, afterQuietHours } from "./quiet-hours.ts"

const instant = (text: string) => Date.parse(text)

test("variables are put in wherever they stand, double braces are braces", () => {
  const content = { type: "text", text: "{a}{b} {{a}} {a}}}" } as const
  expect(renderContent(content, { a: "1", b: "{a}" }).text).toBe("1{a} {a} 1}")
  expect(variablesOf(content)).toEqual(["a", "b"])
  const image = { type: "image", mediaId: "med_01JDGZ8Q4W0000000000000000", caption: "Hi {a}" } as const
  expect(renderContent(image, { a: "Bo" })).toEqual({ ...image, caption: "Hi Bo" })
})

test("a brace that belongs to nothing and a variable that is not given are errors, also of inherited names", () => {
  for (const text of ["{", "}", "{a", "{}", "{a b}", "{1a}"]) expect(() => parseTemplate(text)).toThrow(TemplateError)
  expect(templateFault({ caption: "{" })?.field).toBe("caption")
  expect(() => renderContent({ type: "text", text: "{constructor}" }, {})).toThrow(TemplateError)
})

test("quiet hours go over midnight, by the clocks of their zone", () => {
  const quiet = { from: "21:00", to: "08:00", timeZone: "Europe/Berlin" }
  expect(afterQuietHours(quiet, instant("2026-11-24T19:59:59.999Z"))).toBe(instant("2026-11-24T19:59:59.999Z"))
  expect(afterQuietHours(quiet, instant("2026-11-24T20:00:00Z"))).toBe(instant("2026-11-25T07:00:00Z"))
  expect(afterQuietHours(quiet, instant("2026-11-25T06:59:59.5Z"))).toBe(instant("2026-11-25T07:00:00Z"))
  const noon = { from: "12:00", to: "13:30", timeZone: "Asia/Kolkata" }
  expect(afterQuietHours(noon, instant("2026-11-24T06:45:00Z"))).toBe(instant("2026-11-24T08:00:00Z"))
})

test("quiet hours end by the clock also in the nights in which it is changed", () => {
  const quiet = { from: "21:00", to: "08:00", timeZone: "Europe/Berlin" }
  expect(afterQuietHours(quiet, instant("2026-10-24T21:00:00Z"))).toBe(instant("2026-10-25T07:00:00Z"))
  expect(afterQuietHours(quiet, instant("2026-03-28T22:00:00Z"))).toBe(instant("2026-03-29T06:00:00Z"))
})

test("an unknown zone, a time that is none and hours without length are refused", () => {
  const good = { from: "21:00", to: "08:00", timeZone: "America/Sao_Paulo" }
  expect(QuietHours.safeParse(good).success).toBe(true)
  for (const bad of [{ timeZone: "Mars/Olympus" }, { from: "24:00" }, { to: "21:00" }, { from: "9:00" }]) {
    expect(QuietHours.safeParse({ ...good, ...bad }).success).toBe(false)
  }
})

test("messages of a campaign keep their pauses, longer ones after each batch", () => {
  const pacing = CampaignPacing.parse({ delaySeconds: { min: 1, max: 3 }, batch: { size: 2, pauseSeconds: 60 } })
  let feed = { nextAt: 0, inBatch: 0 }
  const at = [0, 0, 0, 0].map(() => {
    const slot = nextSlot(pacing, feed, { now: 1_000, random: 0.5 })
    feed = slot.feed
    return slot.dueAt
  })
  expect(at).toEqual([1_000, 3_000, 65_000, 67_000])
})
