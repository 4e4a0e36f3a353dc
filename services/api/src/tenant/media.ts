import type { Readable } from "node:stream"
import { publishTask } from "@wildcat/shared/bus"
import { WildcatError, derivedId, newId } from "@wildcat/shared/contracts"
import { signMediaLink } from "@wildcat/shared/runtime"
import { MediaTooLarge } from "@wildcat/shared/store"
import type { MessageDoc, StoredMedia } from "@wildcat/shared/store"
import { fetchPublic } from "../media/fetch-public.ts"
import { stagedPrefix } from "../media/staged-media.ts"
import type { StagedMedia } from "../media/staged-media.ts"
import type { Caller } from "../keys/authenticator.ts"
import type { Parts } from "./parts.ts"

/** What is said of bytes that are stored. */
export interface Described {
  mimetype: string
  fileName: string | null
}

/** The media that a caller can see. */
export function mediaOf(parts: Parts, caller: Caller) {
  const { media } = parts.store
  const owner = { tenant: caller.tenant, account: caller.account }
  const put = async (id: string, source: Readable, described: Described, field: string) => {
    try {
      return await media.put(source, { id, ...owner, ...described }, { bytesMax: parts.limits.mediaBytesMax })
    } catch (error) {
      throw error instanceof MediaTooLarge ? tooLarge(field, error) : error
    }
  }

  return {
    /** Null when it is not stored, or not the caller's. */
    async find(id: string): Promise<StoredMedia | null> {
      const found = await media.find(id)
      if (found === null || found.tenant !== caller.tenant) return null
      return caller.account === null || found.account === caller.account ? found : null
    },

    /** Stores bytes under an id; the same id a second time keeps what is there. Throws `media_too_large` naming `field`. */
    put,

    /** Stores an upload under a passing id, until the call that brought it is known to be carried out. */
    async stage(source: Readable, described: Described, field: string): Promise<StagedMedia> {
      const stored = await put(`${stagedPrefix}${newId("request")}`, source, described, field)
      return { ...stored, discard: () => media.delete(stored.id) }
    },

    /** Gives a staged upload its id. */
    async adopt(staged: StagedMedia, id: string): Promise<StoredMedia> {
      const stored = await media.rename(staged.id, id)
      if (stored === null)
        throw new WildcatError("dependency_unavailable", { detail: "the upload was lost; send it again" })
      return stored
    },

    /** The bytes of a media that the caller has found or staged, or a part of them. Null when it is not stored. */
    open: (id: string, range?: { start: number; end: number }): Promise<Readable | null> => media.open(id, range),

    /** Opens what a URL names. Throws `media_not_fetched`, `address_not_allowed` or `media_too_large`, naming `field`. */
    fetch: (url: string, field: string, limits: Partial<{ timeoutMs: number; bytesMax: number }> = {}) =>
      fetchPublic({
        url,
        field,
        addresses: parts.addresses,
        timeoutMs: Math.min(limits.timeoutMs ?? Infinity, parts.limits.mediaFetchMs),
        bytesMax: Math.min(limits.bytesMax ?? Infinity, parts.limits.mediaBytesMax),
      }),

    /** Queues that the media of a message is fetched again; the same attempt a second time is the same. */
    fetchAgain: (message: MessageDoc, media: string, attempt: string) =>
      publishTask(
        parts.bus,
        "media.fetch",
        {
          tenant: message.tenant,
          account: message.account,
          message: message._id,
          media,
          event: derivedId("event", message._id, message.fromMe ? "message.sent" : "message.received"),
          attempt,
        },
        `${media}:${attempt}`,
      ),

    /** Where this process gets the bytes from, within the next minute. */
    internalLinkOf: (id: string) => link(parts, parts.limits.mediaInternalUrl, id, new Date(Date.now() + 60_000)),

    /** A link that opens the bytes without an API key. */
    linkOf(id: string): { url: string; urlExpiresAt: string } {
      const expiresAt = new Date(Date.now() + parts.limits.mediaLinkDays * 86_400_000)
      return { url: link(parts, parts.limits.publicUrl, id, expiresAt), urlExpiresAt: expiresAt.toISOString() }
    },
  }
}

function link(parts: Parts, publicUrl: string, media: string, expiresAt: Date): string {
  return signMediaLink({ publicUrl, media, expiresAt }, parts.box)
}

function tooLarge(field: string, cause: MediaTooLarge): WildcatError {
  return new WildcatError("media_too_large", {
    detail: `the media may have at most ${cause.bytesMax} bytes`,
    field,
    cause,
  })
}
