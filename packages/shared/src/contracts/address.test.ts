import { describe, expect, test } from "vitest"
import { AddressInput, parseAddress, personOf } from "./address.ts"

describe("an address is read in every form people write", () => {
  test.each([
    ["+49 151 1234-5678", "4915112345678@s.whatsapp.net"],
    ["004915112345678", "4915112345678@s.whatsapp.net"],
    ["4915112345678", "4915112345678@s.whatsapp.net"],
    ["(1) 555 000 1234", "15550001234@s.whatsapp.net"],
    ["4915112345678@c.us", "4915112345678@s.whatsapp.net"],
    ["4915112345678@S.WhatsApp.net", "4915112345678@s.whatsapp.net"],
    ["98765432101234@lid", "98765432101234@lid"],
    ["120363041234567890@g.us", "120363041234567890@g.us"],
    ["4915112345678-1500000000@g.us", "4915112345678-1500000000@g.us"],
    ["status@broadcast", "status@broadcast"],
    ["120363041234567890@newsletter", "120363041234567890@newsletter"],
  ])("%s is %s", (input, jid) => {
    expect(parseAddress(input)?.jid).toBe(jid)
  })

  test.each([
    "",
    "+",
    "abc",
    "12345",
    "1234567890123456",
    "0151 2345678",
    "a@b",
    "x@lid",
    "1@g.us",
    "@s.whatsapp.net",
    "1 2@",
    "everyone@broadcast",
  ])("%j is refused", (input) => {
    expect(parseAddress(input)).toBeNull()
    expect(AddressInput.safeParse(input).success).toBe(false)
  })
})

test("a person has both names, without device and in canonical form, whatever the order", () => {
  const person = { pn: "4915112345678@s.whatsapp.net", lid: "987654321@lid" }
  expect(personOf("987654321:4@lid", "4915112345678:12@s.whatsapp.net")).toEqual(person)
  expect(personOf(undefined, "4915112345678@c.us", "987654321@lid", null)).toEqual(person)
  expect(personOf("120363041234567890@g.us")).toEqual({ pn: null, lid: null })
})
