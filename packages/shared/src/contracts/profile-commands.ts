import { z } from "zod"
import { Person } from "./address.ts"

const everyone = ["all", "contacts", "contact_blacklist", "none"] as const

/** Privacy settings: name → what WhatsApp takes. `contact_blacklist`: contacts except some, which the phone chooses. */
export const privacySettings = {
  lastSeen: z.enum(everyone).describe("Who sees when the account was online last"),
  online: z.enum(["all", "match_last_seen"]).describe("Who sees that the account is online"),
  picture: z.enum(everyone).describe("Who sees its picture"),
  about: z.enum(everyone).describe("Who sees its about text"),
  readReceipts: z.enum(["all", "none"]).describe("Whether others see that their messages were read"),
  groupAdd: z.enum(["all", "contacts", "contact_blacklist"]).describe("Who may add it to groups without an invite"),
  calls: z.enum(["all", "known"]).describe("Who may call it"),
  messages: z.enum(["all", "contacts"]).describe("Who may write to it"),
}
export type PrivacySetting = keyof typeof privacySettings

/** Settings as WhatsApp has them; a value that this release does not know is given as it is, a missing one as null. */
export const PrivacyView = z
  .object({
    lastSeen: z.string().nullable(),
    online: z.string().nullable(),
    picture: z.string().nullable(),
    about: z.string().nullable(),
    readReceipts: z.string().nullable(),
    groupAdd: z.string().nullable(),
    calls: z.string().nullable(),
    messages: z.string().nullable(),
  })
  .meta({
    id: "Privacy",
    example: {
      lastSeen: "contacts",
      online: "match_last_seen",
      picture: "all",
      about: "contacts",
      readReceipts: "all",
      groupAdd: "contacts",
      calls: "all",
      messages: "all",
    },
  })
export type PrivacyView = z.infer<typeof PrivacyView>

export const ProfileView = z
  .object({
    me: Person,
    name: z.string().nullable().describe("What others see where they have not saved the number"),
    about: z.string().nullable(),
    picture: z.object({ id: z.string(), url: z.string() }).nullable().describe("A link of WhatsApp's, which expires"),
  })
  .meta({
    id: "Profile",
    example: {
      me: { pn: "4915112345678@s.whatsapp.net", lid: "98765432101234@lid" },
      name: "Corner Shop",
      about: "Open from nine to six",
      picture: null,
    },
  })

/** Orders about the account's own profile. */
export const profileCommands = {
  "profile.get": { request: z.object({}), reply: ProfileView, deadlineMs: 30_000 },
  "profile.set": {
    request: z.object({ name: z.string().optional(), about: z.string().optional() }),
    reply: z.object({}),
    deadlineMs: 30_000,
  },
  /** `media` is the stored picture, a JPEG; null removes it. */
  "profile.picture": { request: z.object({ media: z.string().nullable() }), reply: z.object({}), deadlineMs: 30_000 },
  "privacy.get": { request: z.object({}), reply: PrivacyView, deadlineMs: 20_000 },
  "privacy.set": {
    request: z.object({ set: z.object(privacySettings).partial() }),
    reply: PrivacyView,
    deadlineMs: 60_000,
  },
} as const
