import type { proto } from "@whiskeysockets/baileys"
import type { ReadContent } from "./content.ts"

/** A place, or where somebody is while they share it. */
export function readLocation({ locationMessage: place, liveLocationMessage: live }: proto.IMessage): ReadContent {
  const at = place ?? live
  return {
    content: {
      type: "location",
      latitude: at?.degreesLatitude ?? 0,
      longitude: at?.degreesLongitude ?? 0,
      name: place?.name || null,
      address: place?.address || null,
      live: !place || place.isLive === true,
    },
    context: at?.contextInfo ?? null,
  }
}
