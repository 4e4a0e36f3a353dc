import { shownContent } from "@wildcat/shared/contracts"
import { withContext } from "./content.ts"
import type { OutboundSender } from "./content.ts"

export const sendLocation: OutboundSender<"location"> = async (content, { context }) => ({
  message: {
    locationMessage: {
      degreesLatitude: content.latitude,
      degreesLongitude: content.longitude,
      ...(content.name === undefined ? {} : { name: content.name }),
      ...(content.address === undefined ? {} : { address: content.address }),
      ...withContext(context),
    },
  },
  content: shownContent(content),
  media: null,
})
