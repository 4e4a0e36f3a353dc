import { remember } from "@wildcat/shared/runtime"

/** Counts how often a media was tried. */
export interface DownloadCounter {
  /** Counts one more try and returns the number of them. */
  count(media: string): number
}

/** Media remembered at once; past that the oldest is forgotten and gets a few tries more. */
const mediaMax = 10_000

/**
 * Counts tries in this process. The broker's own count does not serve: it also grows while our database is away,
 * and a media must not be given up for that.
 */
export function createDownloadCounter(): DownloadCounter {
  const tries = new Map<string, number>()
  return {
    count(media) {
      const number = (tries.get(media) ?? 0) + 1
      remember(tries, media, number, mediaMax)
      return number
    },
  }
}
