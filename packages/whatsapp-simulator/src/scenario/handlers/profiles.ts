import {
  changeAbout,
  changePicture,
  givePrivacyToken,
  tellNumber,
  tellTimeLock,
} from "../../connection/profile-changes.ts"
import { storePicture } from "../../connection/profile-queries.ts"
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
      changeAbout(contactOf(parts, contactId).user, text, parts.directory.all())
      return {}
    },
    rename: ({ contactId, name }) => {
      contactOf(parts, contactId).user.name = name
      return {}
    },
    setPrivacy: ({ contactId, setting, value }) => {
      contactOf(parts, contactId).user.profile.privacy.set(setting, value)
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
    tellNumber: ({ contactId, phoneId }) => {
      tellNumber(userOf(parts, phoneId, "phoneId"), contactOf(parts, contactId).user)
      return {}
    },
    tellTimeLock: ({ phoneId, until }) => {
      tellTimeLock(userOf(parts, phoneId, "phoneId"), until === null ? null : new Date(until))
      return {}
    },
    givePrivacyToken: ({ contactId, to }) => {
      givePrivacyToken(contactOf(parts, contactId).user, userOf(parts, to, "to"))
      return {}
    },
  }
}
