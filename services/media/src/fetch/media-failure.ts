/**
 * Why a media could not be fetched: code → sentence, and how many downloads are tried before it is final. The code
 * stands in `media.failed`.
 */
export const mediaFailures = {
  no_reference: { text: "The message does not say where its media is, or lacks its key.", triesMax: 1 },
  host_not_allowed: { text: "The media lies on a host that this gateway does not fetch from.", triesMax: 1 },
  too_large: { text: "The media is larger than this gateway fetches.", triesMax: 1 },
  ciphertext_hash_mismatch: { text: "The encrypted file is not the one that the message names.", triesMax: 2 },
  mac_mismatch: { text: "The encrypted file was not made with the message's key.", triesMax: 2 },
  hash_mismatch: { text: "The file is not the one that the message names.", triesMax: 2 },
  length_mismatch: { text: "The file has another length than the message names.", triesMax: 2 },
  gone: { text: "WhatsApp no longer has the media, and the phone did not upload it again.", triesMax: 3 },
  unavailable: { text: "The media host did not give the media.", triesMax: 8 },
} as const satisfies Record<string, { text: string; triesMax: number }>

export type MediaFailureCode = keyof typeof mediaFailures

/** The media could not be fetched. */
export class MediaFailure extends Error {
  readonly code: MediaFailureCode

  constructor(code: MediaFailureCode, cause?: unknown) {
    super(mediaFailures[code].text, { cause })
    this.name = "MediaFailure"
    this.code = code
  }
}
