import { z } from "zod"
import { Person } from "./address.ts"

const jid = z.string()

/** What WhatsApp says of a number that was asked about. */
export const NumberCheck = z
  .object({
    number: z.string().describe("The number that was asked about, its digits"),
    exists: z.boolean(),
    pn: z
      .string()
      .nullable()
      .describe(
        "The number under which WhatsApp knows the person: in Brazil, Mexico and Argentina it may be written otherwise",
      ),
    lid: z.string().nullable(),
  })
  .meta({ id: "NumberCheck" })
export type NumberCheck = z.infer<typeof NumberCheck>

/** Orders about people. `person` is a canonical JID, under either name. */
export const contactCommands = {
  /** Numbers as digits; what is known (for a day; unknown ones for an hour) is not asked again. */
  "contact.check": {
    request: z.object({ numbers: z.array(z.string()).max(1000) }),
    reply: z.object({ results: z.array(NumberCheck) }),
    deadlineMs: 60_000,
  },
  /** Each person's other name, from what the session knows. In the order of the request. */
  "contact.names": {
    request: z.object({ people: z.array(jid).max(1000) }),
    reply: z.object({ people: z.array(Person) }),
    deadlineMs: 10_000,
  },
  /** Null when the person has none, or shows it to others only. */
  "contact.picture": {
    request: z.object({ person: jid, preview: z.boolean() }),
    reply: z.object({ picture: z.object({ id: z.string(), url: z.string() }).nullable() }),
    deadlineMs: 20_000,
  },
  "contact.about": {
    request: z.object({ person: jid }),
    reply: z.object({ about: z.string().nullable(), setAt: z.iso.datetime().nullable() }),
    deadlineMs: 20_000,
  },
  "contact.block": {
    request: z.object({ person: jid, block: z.boolean() }),
    reply: z.object({ person: Person }),
    deadlineMs: 20_000,
  },
  /** What the phone's address book calls a person; null removes it there. */
  "contact.save": {
    request: z.object({ person: jid, name: z.string().nullable() }),
    reply: z.object({}),
    deadlineMs: 30_000,
  },
  "contact.blocked": { request: z.object({}), reply: z.object({ people: z.array(Person) }), deadlineMs: 20_000 },
} as const
