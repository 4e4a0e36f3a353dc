import type { StoredMedia } from "@wildcat/shared/store"

/** Ids of uploads whose call is not carried out yet. No id of ours looks like it, so nobody can name one. */
export const stagedPrefix = "staged:"

/** An upload under a passing id. */
export interface StagedMedia extends StoredMedia {
  discard: () => Promise<void>
}
