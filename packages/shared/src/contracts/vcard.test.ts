import { expect, test } from "vitest"
import { vcardOf } from "./vcard.ts"

test("a name cannot add lines or fields to its card", () => {
  const card = vcardOf({ name: "Ada; Lovelace,\nTEL:+1\\", phone: "+491512345678", organization: "A\r\nB" })
  expect(card.split("\n")).toEqual([
    "BEGIN:VCARD",
    "VERSION:3.0",
    "N:;Ada\\; Lovelace\\,\\nTEL:+1\\\\;;;",
    "FN:Ada\\; Lovelace\\,\\nTEL:+1\\\\",
    "ORG:A\\nB;",
    "TEL;type=CELL;type=VOICE;waid=491512345678:+491512345678",
    "END:VCARD",
  ])
})
