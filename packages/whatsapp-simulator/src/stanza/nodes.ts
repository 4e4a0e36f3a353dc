import { getAllBinaryNodeChildren, getBinaryNodeChild, getBinaryNodeChildren } from "@whiskeysockets/baileys"
import type { Stanza } from "./codec.ts"

type Attributes = Record<string, string | number | undefined>

/** Builds a node; attributes that are undefined are left out, numbers become strings. */
export function node(tag: string, attributes: Attributes = {}, content?: Stanza["content"]): Stanza {
  const attrs: Record<string, string> = {}
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) attrs[name] = String(value)
  return content === undefined ? { tag, attrs } : { tag, attrs, content }
}

/** An attribute, or undefined when the node does not carry it. */
export function attribute(stanza: Stanza, name: string): string | undefined {
  return stanza.attrs[name]
}

export function child(stanza: Stanza | undefined, tag: string): Stanza | undefined {
  return getBinaryNodeChild(stanza, tag)
}

export function children(stanza: Stanza | undefined, tag?: string): Stanza[] {
  if (!stanza) return []
  return tag === undefined ? getAllBinaryNodeChildren(stanza) : getBinaryNodeChildren(stanza, tag)
}

/** The bytes a node holds; empty when it holds none. */
export function bytesOf(stanza: Stanza | undefined): Buffer {
  const content = stanza?.content
  if (typeof content === "string") return Buffer.from(content)
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.alloc(0)
}

export function childBytes(stanza: Stanza | undefined, tag: string): Buffer {
  return bytesOf(child(stanza, tag))
}

/** An unsigned big-endian integer as key ids and registration ids are carried. */
export function bigEndian(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, 0, bytes)
  return buffer
}

export function readBigEndian(buffer: Buffer): number {
  return buffer.length === 0 ? 0 : buffer.readUIntBE(0, Math.min(buffer.length, 6))
}
