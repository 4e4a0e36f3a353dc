import type { proto } from "@whiskeysockets/baileys"
import { shownContent } from "@wildcat/shared/contracts"
import type { ReadContent } from "../inbound/content.ts"
import { withContext } from "../outbound/content.ts"
import type { Kind } from "./kind.ts"

export const location: Kind<"location"> = {
  async send(content, { context }) {
    const { latitude: degreesLatitude, longitude: degreesLongitude, name, address } = content
    const named = { ...(name === undefined ? {} : { name }), ...(address === undefined ? {} : { address }) }
    return {
      message: { locationMessage: { degreesLatitude, degreesLongitude, ...named, ...withContext(context) } },
      content: shownContent(content),
      media: null,
    }
  },
  read: { locationMessage: readLocation, liveLocationMessage: readLocation },
}

/** A place, or where somebody is while they share it. */
function readLocation({ locationMessage: place, liveLocationMessage: live }: proto.IMessage): ReadContent {
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
