import { WildcatError } from "@wildcat/shared/contracts"

/** Kinds that other gateways have had: WhatsApp takes them from its Business Platform alone, and Baileys makes none. */
const unsupported: ReadonlySet<unknown> = new Set(["list", "buttons", "template"])

/** Throws `not_supported` for a kind of content that the protocol library cannot send, rather than call it unknown. */
export function refuseUnsupported(body: unknown): void {
  const type = fieldOf(fieldOf(body, "content"), "type")
  if (!unsupported.has(type)) return
  throw new WildcatError("not_supported", {
    detail: `content.type: a ${String(type)} can be sent by WhatsApp's Business Platform alone`,
    field: "content.type",
  })
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
}
