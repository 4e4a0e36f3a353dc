import { expect, test } from "vitest"
import { mediaAddressOf } from "./media-address.ts"

const policy = { hosts: [".whatsapp.net", "media.example:8443"], allowHttp: false }

test.each([
  [{ url: null, directPath: "/v/a?x=1" }, "https://mmg.whatsapp.net/v/a?x=1", false],
  [{ url: "https://mmg.whatsapp.net/v/b", directPath: null }, "https://mmg.whatsapp.net/v/b", false],
  [
    { url: "https://media-fra3-1.cdn.whatsapp.net/v/b?q", directPath: "/v/c" },
    "https://media-fra3-1.cdn.whatsapp.net/v/c",
    false,
  ],
  [{ url: "https://media.example:8443/b", directPath: "/v/c" }, "https://media.example:8443/v/c", true],
  [
    { url: "https://mmg.whatsapp.net/b", directPath: "//evil.example/c" },
    "https://mmg.whatsapp.net/evil.example/c",
    false,
  ],
])("%j lies at %s", (reference, href, trusted) => {
  const address = mediaAddressOf(reference, policy)
  expect({ href: address.url.href, trusted: address.trusted }).toEqual({ href, trusted })
})

test.each([
  "http://mmg.whatsapp.net/a",
  "https://whatsapp.net/a",
  "https://evilwhatsapp.net/a",
  "https://mmg.whatsapp.net.evil.example/a",
  "https://mmg.whatsapp.net@evil.example/a",
  "https://user:pass@mmg.whatsapp.net/a",
  "https://media.example/a",
  "https://127.0.0.1/a",
  "https://[::1]/a",
  "https://169.254.169.254/latest/meta-data",
  "file:///etc/passwd",
  "ftp://mmg.whatsapp.net/a",
])("%s is not fetched", (url) => {
  expect(() => mediaAddressOf({ url, directPath: null }, policy)).toThrow("does not fetch from")
})

test("http is fetched only where it is allowed", () => {
  const reference = { url: "http://mmg.whatsapp.net/a", directPath: null }
  expect(mediaAddressOf(reference, { ...policy, allowHttp: true }).url.protocol).toBe("http:")
})
