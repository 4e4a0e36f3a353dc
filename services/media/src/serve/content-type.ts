/** How a media is shown: its type as we declare it, and whether a browser may open it in place. */
export interface Presentation {
  contentType: string
  disposition: string
}

/** Types that a browser shows without running anything. */
const inlineTypes: ReadonlySet<string> = new Set([
  "image/jpeg",
  "image/png",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/heic",
  "video/mp4",
  "video/3gpp",
  "video/webm",
  "video/quicktime",
  "audio/ogg",
  "audio/mpeg",
  "audio/mp4",
  "audio/aac",
  "audio/amr",
  "audio/wav",
  "audio/webm",
])

/** Types that are only saved, but keep their name: nothing in them runs in a browser. */
const savedTypes: ReadonlySet<string> = new Set([
  "application/pdf",
  "application/zip",
  "application/msword",
  "text/plain",
  "text/csv",
  "text/vcard",
])

/**
 * Decides how to present media of a type that its sender declared. What could run (HTML, SVG, scripts) or is not known
 * is given as `application/octet-stream` and saved.
 */
export function presentationOf(media: { mimetype: string; fileName: string | null; id: string }): Presentation {
  const type = media.mimetype.split(";")[0]?.trim().toLowerCase() ?? ""
  const inline = inlineTypes.has(type)
  const named = inline || savedTypes.has(type) || /^application\/vnd\.(openxmlformats|ms|oasis)[\w.+-]*$/.test(type)
  const contentType = named ? (wellFormed(media.mimetype) ? media.mimetype : type) : "application/octet-stream"
  return { contentType, disposition: disposition(inline ? "inline" : "attachment", media.fileName ?? media.id) }
}

/** Parameters are kept only in the plain form that WhatsApp uses (`audio/ogg; codecs=opus`). */
function wellFormed(mimetype: string): boolean {
  return /^[\w.+-]+\/[\w.+-]+(; ?[\w-]+=[\w.+-]+)?$/.test(mimetype)
}

/** RFC 6266: an ASCII name for all, the exact one for those that read `filename*`. */
function disposition(kind: "inline" | "attachment", fileName: string): string {
  const plain = fileName.replaceAll(/[^\w .()-]/g, "_").slice(0, 100)
  const exact = encodeURIComponent(fileName.slice(0, 200).toWellFormed()).replaceAll(/['()*]/g, escapeByte)
  return `${kind}; filename="${plain}"; filename*=UTF-8''${exact}`
}

function escapeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
