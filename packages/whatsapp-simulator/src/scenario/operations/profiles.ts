import { z } from "zod"
import { nothingSchema, type OperationTable } from "./shapes.ts"

const profileSchema = z.object({
  about: z.string(),
  /** The picture's bytes, when there is one. */
  pictureBase64: z.string().optional(),
  /** Settings by name, e.g. `last: "contacts"`. */
  privacy: z.record(z.string(), z.string()),
  /** Phone number JIDs. */
  blocked: z.array(z.string()),
  /** Of messages in new chats; 0: they stay. */
  disappearingSeconds: z.number().int(),
})

/** People are named by id, phone number or JID. */
export const profileOperations = {
  /** What a person shows of themselves and whom they keep away. */
  profile: { request: z.object({ person: z.string() }), response: profileSchema },
  /** Everyone's clients are told. */
  setAbout: { request: z.object({ contactId: z.string(), text: z.string().max(1024) }), response: nothingSchema },
  /** The contact shows another name, with its next message. */
  rename: { request: z.object({ contactId: z.string(), name: z.string().min(1).max(100) }), response: nothingSchema },
  /** One of the contact's settings, e.g. `groupadd`: who wants to be asked is not added to groups, but invited. */
  setPrivacy: {
    request: z.object({ contactId: z.string(), setting: z.string(), value: z.enum(["all", "contacts", "none"]) }),
    response: nothingSchema,
  },
  /** Without bytes the picture is removed. Everyone's clients are told. */
  setPicture: {
    request: z.object({ contactId: z.string(), bytesBase64: z.base64().optional() }),
    response: nothingSchema,
  },
  /** The contact blocks someone: their messages are accepted and go nowhere. */
  block: { request: z.object({ contactId: z.string(), person: z.string() }), response: nothingSchema },
  /** The account's clients are told which number belongs to the contact's LID. */
  tellNumber: { request: z.object({ contactId: z.string(), phoneId: z.string() }), response: nothingSchema },
  /** The account's clients are told that it may begin no chats until then (ISO 8601); null: it may again. */
  tellTimeLock: {
    request: z.object({ phoneId: z.string(), until: z.iso.datetime().nullable() }),
    response: nothingSchema,
  },
  /** The contact gives someone the token by which the server knows that their messages are welcome. */
  givePrivacyToken: { request: z.object({ contactId: z.string(), to: z.string() }), response: nothingSchema },
} as const satisfies OperationTable
