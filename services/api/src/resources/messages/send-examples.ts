const to = "+49 151 12345678"
const message = "msg_01JDGZ8Q4W0000000000000000"

/** An image of one pixel. */
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

/** One send of each kind, by its name in the reference. A test sends all of them. */
export const sendExamples = {
  text: { to, content: { type: "text", text: "Hello" } },
  reply: { to, content: { type: "text", text: "Yes, it is" }, quoted: { messageId: message } },
  mention: { to, content: { type: "text", text: "Thank you @4915112345678" }, mentions: [to], typing: 500 },
  preview: {
    to,
    content: {
      type: "text",
      text: "See https://example.com",
      linkPreview: { url: "https://example.com", title: "Example" },
    },
  },
  sticker: { to, content: { type: "sticker", media: { base64: pixel } } },
  viewOnce: { to, content: { type: "image", viewOnce: true, media: { base64: pixel } } },
  image: { to, content: { type: "image", caption: "Our menu", media: { base64: pixel } } },
  document: {
    to,
    content: {
      type: "document",
      fileName: "prices.csv",
      media: { base64: "c291cCw0LjUwCg==", mimetype: "text/csv" },
    },
  },
  location: { to, content: { type: "location", latitude: 52.52, longitude: 13.405, name: "Our shop" } },
  contacts: { to, content: { type: "contacts", contacts: [{ name: "Ada Lovelace", phone: "+4915187654321" }] } },
  poll: { to, content: { type: "poll", question: "When?", options: ["Friday", "Saturday"] } },
  status: { to: "status@broadcast", content: { type: "text", text: "Open today" }, audience: [to] },
  forward: { to, content: { type: "forward", message } },
  reaction: { content: { type: "reaction", message, emoji: "👍" } },
  vote: { content: { type: "vote", message, options: ["Friday"] } },
  pin: { content: { type: "pin", message, days: 7 } },
  unpin: { content: { type: "unpin", message } },
  edit: { content: { type: "edit", message, text: "Hello again" } },
  delete: { content: { type: "delete", message } },
}
