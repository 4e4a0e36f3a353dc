/**
 * A contact card as vCard 3.0 (RFC 2426). `waid` is WhatsApp's own parameter: with it the card offers to write to the
 * number; without it, only to save it.
 */
export function vcardOf(card: { name: string; phone: string; organization?: string | undefined }): string {
  const { name, phone, organization } = card
  return [
    "BEGIN:VCARD",
    "VERSION:3.0",
    `N:;${escape(name)};;;`,
    `FN:${escape(name)}`,
    ...(organization === undefined ? [] : [`ORG:${escape(organization)};`]),
    `TEL;type=CELL;type=VOICE;waid=${phone.slice(1)}:${phone}`,
    "END:VCARD",
  ].join("\n")
}

/** Text that stays within its own property (RFC 2426, 4: TEXT). */
function escape(text: string): string {
  return text.replace(/[\\,;]/g, "\\$&").replace(/\r\n|[\r\n]/g, "\\n")
}
