import { z } from "zod"

const ClockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day as 21:30")
  .describe("Time of day as `21:30`")

/** A part of each day, over midnight when it ends before it begins. */
export const QuietHours = z
  .strictObject({
    from: ClockTime,
    to: ClockTime,
    timeZone: z.string().max(64).refine(isTimeZone, "must be an IANA time zone as Europe/Berlin"),
  })
  .refine(({ from, to }) => from !== to, { path: ["to"], message: "must not be the same as from" })
  .meta({ id: "QuietHours", example: { from: "21:00", to: "08:00", timeZone: "Europe/Berlin" } })
export type QuietHours = z.infer<typeof QuietHours>

const minuteMs = 60_000
const dayMinutes = 1_440

/** The first instant from `at` (milliseconds since 1970) that is not quiet: `at` itself, or the end of the quiet hours. */
export function afterQuietHours(quiet: QuietHours | null, at: number): number {
  if (quiet === null || !isQuiet(quiet, at)) return at
  const left = distance(minuteOfDay(quiet.timeZone, at), minutesOf(quiet.to))
  const end = Math.floor(at / minuteMs) * minuteMs + left * minuteMs
  // When the clocks change meanwhile, this is an hour off.
  const drift = distance(minutesOf(quiet.to), minuteOfDay(quiet.timeZone, end) + dayMinutes / 2) - dayMinutes / 2
  const mended = end - drift * minuteMs
  return isQuiet(quiet, mended) ? end : mended
}

/** Minutes from one time of day to the next time that it is another. */
function distance(from: number, to: number): number {
  return (to - from + dayMinutes) % dayMinutes
}

function isQuiet({ from, to, timeZone }: QuietHours, at: number): boolean {
  const [begin, end, now] = [minutesOf(from), minutesOf(to), minuteOfDay(timeZone, at)]
  return begin < end ? now >= begin && now < end : now >= begin || now < end
}

function minutesOf(clock: string): number {
  const [hours, minutes] = clock.split(":").map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}

/** Minutes since midnight, by the clocks there. */
function minuteOfDay(timeZone: string, at: number): number {
  return minutesOf(clockOf(timeZone).format(at))
}

const clocks = new Map<string, Intl.DateTimeFormat>()
/** There are some 600 zones and aliases; the limit is for whoever counts on that. */
const clocksMax = 1_000

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone)
  if (known !== undefined) return known
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
  if (clocks.size >= clocksMax) clocks.clear()
  clocks.set(timeZone, clock)
  return clock
}

function isTimeZone(timeZone: string): boolean {
  try {
    clockOf(timeZone)
    return true
  } catch {
    return false // Intl knows no other way to say so.
  }
}
