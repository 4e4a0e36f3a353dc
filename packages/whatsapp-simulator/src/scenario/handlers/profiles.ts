import { changePicture, givePrivacyToken } from "../../connection/profile-changes.ts"
import { storePicture } from "../../connection/profile-queries.ts"
import { nowSeconds } from "../../stanza/ids.ts"
import { contactOf, userOf } from "../lookup.ts"
import type { profileOperations } from "../operations/profiles.ts"
import type { HandlersOf, ScenarioParts } from "../scenario.ts"

export function createProfileHandlers(parts: ScenarioParts): HandlersOf<keyof typeof profileOperations> {
  return {
    profile: ({ person }) => {
      const { about, picture, privacy, blocked, disappearing } = userOf(parts, person, "person").profile
      const bytes = picture && parts.media.get(picture.directPath)
      return {
        about: about.text,
        ...(bytes && { pictureBase64: bytes.toString("base64") }),
        privacy: Object.fromEntries(privacy),
        blocked: [...blocked].map(({ pn }) => pn),
        disappearingSeconds: disappearing.seconds,
      }
    },
    setAbout: ({ contactId, text }) => {
      contactOf(parts, contactId).user.profile.about = { text, setSeconds: nowSeconds() }
      return {}
    },
    setPicture: ({ contactId, bytesBase64 }) => {
      const picture = bytesBase64 === undefined ? undefined : storePicture(parts, Buffer.from(bytesBase64, "base64"))
      changePicture(contactOf(parts, contactId).user, picture, parts.directory.all())
      return {}
    },
    block: ({ contactId, person }) => {
      contactOf(parts, contactId).user.profile.blocked.add(userOf(parts, person, "person"))
      return {}
    },
    givePrivacyToken: ({ contactId, to }) => {
      givePrivacyToken(contactOf(parts, contactId).user, userOf(parts, to, "to"))
      return {}
    },
  }
}
