import { Parser } from "htmlparser2"
import type { Readable } from "node:stream"
import type { LinkPreview } from "@wildcat/shared/contracts"
import { seePicture } from "./picture.ts"

/** For everything: the page, and the picture that it names. */
const previewMs = 5_000
/** Of a page only its head matters. */
const pageBytesMax = 512 * 1024
const pictureBytesMax = 5 * 1024 * 1024
export const previewPixels = 160

/** Opens a URL that a page or client chose, within the time. */
export type Fetch = (url: string, limits: { timeoutMs: number; bytesMax: number }) => Promise<Readable>

/** The first link of a text, without what ends the sentence around it. */
function firstLink(text: string): string | null {
  return /https?:\/\/[^\s<>"'`]+/i.exec(text)?.[0].replace(/[.,;:!?)\]}»”’]+$/, "") ?? null
}

/** What the page of a text's first link says of itself; undefined when it has none, or its page cannot be had in time. */
export async function previewLink(text: string, fetch: Fetch): Promise<LinkPreview | undefined> {
  const url = firstLink(text)
  if (url === null) return undefined
  const deadline = performance.now() + previewMs
  const left = () => deadline - performance.now()
  const page = await fetch(url, { timeoutMs: left(), bytesMax: 100 * pageBytesMax })
  const { title, description, picture } = await readPage(page)
  if (title === undefined) return undefined
  const thumbnail = picture === undefined ? undefined : await pictureOf(new URL(picture, url).href, fetch, left())
  return {
    url,
    title: title.slice(0, 300),
    ...(description === undefined ? {} : { description: description.slice(0, 1_000) }),
    ...(thumbnail === undefined ? {} : { thumbnail }),
  }
}

async function pictureOf(url: string, fetch: Fetch, timeoutMs: number): Promise<string | undefined> {
  try {
    const source = await fetch(url, { timeoutMs, bytesMax: pictureBytesMax })
    return (await seePicture(source, "content.linkPreview", previewPixels))?.thumbnail
  } catch {
    return undefined // a card without its picture is still a card
  }
}

interface PageHead {
  title?: string | undefined
  description?: string | undefined
  picture?: string | undefined
}

/** Names of `<meta>` elements for each part, best first. */
const sources = {
  title: ["og:title", "twitter:title", "title"],
  description: ["og:description", "twitter:description", "description"],
  picture: ["og:image:secure_url", "og:image", "twitter:image"],
} as const

async function readPage(page: Readable): Promise<PageHead> {
  const found = new Map<string, string>()
  let inTitle = false
  let isDone = false
  const parser = new Parser({
    onopentag(name, { property, name: called, content }) {
      inTitle = name === "title" && !found.has("title")
      isDone ||= name === "body"
      const key = (property ?? called)?.toLowerCase()
      const value = content?.trim()
      if (name === "meta" && key && key !== "title" && value && !found.has(key)) found.set(key, value)
    },
    ontext: (text) => void (inTitle && found.set("title", (found.get("title") ?? "") + text)),
    onclosetag(name) {
      inTitle &&= name !== "title"
      isDone ||= name === "head"
    },
  })
  const decoder = new TextDecoder()
  let bytes = 0
  for await (const chunk of page) {
    const part: Buffer = chunk
    bytes += part.length
    parser.write(decoder.decode(part, { stream: true }))
    if (isDone || bytes > pageBytesMax) break
  }
  page.destroy()
  const best = (names: readonly string[]) => names.map((name) => found.get(name)?.trim()).find(Boolean)
  return { title: best(sources.title), description: best(sources.description), picture: best(sources.picture) }
}
