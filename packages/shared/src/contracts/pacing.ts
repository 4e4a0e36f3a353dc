import { z } from "zod"

const perSpan = z.number().int().min(1).max(1_000_000)
const seconds = z.number().min(0).max(86_400)

/** How fast an account may write. Null is "no limit". */
const fields = {
  perMinute: perSpan.nullable().describe("Messages within any 60 s"),
  perHour: perSpan.nullable().describe("Messages within any hour"),
  perDay: perSpan.nullable().describe("Messages within any 24 hours"),
  delaySeconds: z
    .strictObject({ min: seconds, max: seconds })
    .refine(({ min, max }) => min <= max, { path: ["max"], message: "must not be less than min" })
    .describe("Pause after a message, drawn anew each time"),
  afterMediaSeconds: seconds.describe("Pause after a message with a file, where that is longer"),
  newNumber: z
    .strictObject({ days: z.number().int().min(1).max(365), perDay: perSpan })
    .nullable()
    .describe("Messages within any 24 hours while the account is younger than so many days"),
  firstContactsPerDay: perSpan
    .nullable()
    .describe("People within any 24 hours to whom the account had never written, nor they to it"),
} as const

/** Changes to the defaults; what is not named is as by default. */
export const PacingSettings = z
  .strictObject(fields)
  .partial()
  .meta({ id: "PacingSettings", example: { perHour: 100, firstContactsPerDay: 20 } })
export type PacingSettings = z.infer<typeof PacingSettings>

/** Of one account: its own settings, `off`, or null for what the installation has. */
export const AccountPacing = z.union([z.literal("off"), PacingSettings]).nullable()
export type AccountPacing = z.infer<typeof AccountPacing>

export type Pacing = Required<z.infer<z.ZodObject<typeof fields>>>

/** What gateways before this one were found to need in order not to be blocked. */
export const pacingDefaults: Pacing = {
  perMinute: 20,
  perHour: 200,
  perDay: 1_000,
  delaySeconds: { min: 3, max: 5 },
  afterMediaSeconds: 5,
  newNumber: { days: 14, perDay: 50 },
  firstContactsPerDay: 30,
}

export const PacingDefault = z.enum(["on", "off"])
export type PacingDefault = z.infer<typeof PacingDefault>

/** The pacing of an account; null when it has none. */
export function pacingOf(own: AccountPacing | undefined, installation: PacingDefault): Pacing | null {
  if (own === "off") return null
  if (own === null || own === undefined) return installation === "on" ? pacingDefaults : null
  return Object.assign({}, pacingDefaults, own)
}
