import { expect, test } from "vitest"
import { guardedLookup, hasForbiddenHost, isAllowedAddress } from "./public-address.ts"

const strict = { allowedRanges: [] }

test.each([
  "127.0.0.1",
  "10.1.2.3",
  "172.16.0.1",
  "192.168.1.1",
  "169.254.169.254",
  "0.0.0.0",
  "100.64.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::1",
  "::",
  "fe80::1",
  "fc00::1",
  "fd00:ec2::254",
  "::ffff:127.0.0.1",
  "::ffff:10.0.0.1",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "not an address",
])("%s is refused", (address) => {
  expect(isAllowedAddress(address, strict)).toBe(false)
})

test.each(["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])("%s is allowed", (address) => {
  expect(isAllowedAddress(address, strict)).toBe(true)
})

test("a private range is allowed only where the policy names it", () => {
  const policy = { allowedRanges: ["127.0.0.0/8", "::1/128"] }
  expect(isAllowedAddress("127.0.0.1", policy)).toBe(true)
  expect(isAllowedAddress("::ffff:127.0.0.1", policy)).toBe(true)
  expect(isAllowedAddress("::1", policy)).toBe(true)
  expect(isAllowedAddress("10.0.0.1", policy)).toBe(false)
})

test.each(["http://127.0.0.1/", "http://[::1]/", "http://2130706433/", "http://0x7f.1/", "http://[::ffff:7f00:1]/"])(
  "a URL that hides a private address in its host is refused: %s",
  (url) => {
    expect(hasForbiddenHost(new URL(url), strict)).toBe(true)
  },
)

test("a name that leads to a private address is refused at the lookup, and found where allowed", async () => {
  const look = (allowedRanges: string[], all: boolean) =>
    new Promise((resolve) => {
      guardedLookup({ allowedRanges })("localhost", { all }, (error, address) => resolve(error?.code ?? address))
    })
  expect(await look([], false)).toBe("EADDRNOTALLOWED")
  expect(await look([], true)).toBe("EADDRNOTALLOWED")
  expect(["127.0.0.1", "::1"]).toContain(await look(["127.0.0.0/8", "::1/128"], false))
})
