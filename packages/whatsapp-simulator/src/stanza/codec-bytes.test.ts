import { deflateSync } from "node:zlib"
import { expect, test } from "vitest"
import { decodeStanza, encodeStanza, type Stanza } from "./codec.ts"
import { node } from "./nodes.ts"

/**
 * Stanzas written out byte by byte, from the published description of WhatsApp's binary XML, not by any encoder: an
 * error that encoder and decoder share would show here. A list is `f8 <size>`, its size 1 for the tag, 2 for each
 * attribute, 1 for content. Tokens used: 03 s.whatsapp.net, 04 type, 05 participant, 06 from, 07 receipt, 08 id,
 * 0b status, 0d broadcast, 11 to, 13 message, 14 result, 15 class, 16 xmlns, 19 iq, 1a t, 1b ack, 1c g.us, 1d enc,
 * 29 get, 2a read; in the first dictionary (`ec`) 00 read-self, 04 reaction.
 */
const fixtures: { what: string; stanza: Stanza; hex: string }[] = [
  {
    what: "digits are packed in nibbles, an odd count marked with 80 and padded with f; hex digits likewise",
    stanza: node("receipt", { id: "3A0F", to: "4915112345678@s.whatsapp.net", type: "read" }),
    hex: "00 f807 07  08 fb023a0f  11 fa ff874915112345678f 03  04 2a",
  },
  {
    what: "an address with a device is written as domain (1: lid), device and user",
    stanza: node("ack", { class: "message", id: "3EB0ABCD", to: "123456789:5@lid" }),
    hex: "00 f807 1b  15 13  08 fb043eb0abcd  11 f7 01 05 ff85123456789f",
  },
  {
    what: "a device of a phone number has domain 0",
    stanza: node("ack", { to: "4915112345678:12@s.whatsapp.net" }),
    hex: "00 f803 1b  11 f7 00 0c ff874915112345678f",
  },
  {
    what: "the server is an address with an empty user; a query without content",
    stanza: node("iq", { to: "@s.whatsapp.net", type: "get" }),
    hex: "00 f805 19  11 fa 00 03  04 29",
  },
  {
    what: "text that is no token is written with its length; children are a list",
    stanza: node("message", { from: "12-34@g.us", t: "1700000000" }, [
      node("enc", { zebra: "Zoë!" }, Buffer.from("010203", "hex")),
    ]),
    hex: "00 f806 13  06 fa ff8312a34f 1c  1a ff051700000000  f801 f804 1d fc057a65627261 fc055a6fc3ab21 fc03010203",
  },
  {
    what: "words of the dictionaries take two bytes",
    stanza: node("receipt", { type: "read-self", class: "reaction" }),
    hex: "00 f805 07  04 ec00  15 ec04",
  },
  {
    what: "from 256 bytes on a length takes twenty bits",
    stanza: node("enc", {}, Buffer.alloc(300, 0xaa)),
    hex: `00 f802 1d fd00012c ${"aa".repeat(300)}`,
  },
]

for (const { what, stanza, hex } of fixtures) {
  const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex")

  test(`encoding: ${what}`, () => {
    expect(encodeStanza(stanza).toString("hex")).toBe(bytes.toString("hex"))
  })

  test(`decoding: ${what}`, async () => {
    expect(await decodeStanza(bytes)).toEqual(stanza.content === undefined ? { ...stanza, content: undefined } : stanza)
  })
}

test("a stanza whose flag has bit 2 set is inflated first", async () => {
  const plain = Buffer.from("f80307042a", "hex")
  const decoded = await decodeStanza(Buffer.concat([Buffer.from([2]), deflateSync(plain)]))
  expect(decoded).toMatchObject({ tag: "receipt", attrs: { type: "read" } })
})
