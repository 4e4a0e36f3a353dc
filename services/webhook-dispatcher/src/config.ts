import { z } from "zod"
import { commonConfig, flag, wholeNumber } from "@wildcat/shared/runtime"
import type { ConfigShape } from "@wildcat/shared/runtime"

/** At once, then after 5 s, 10 s, 20 s, 1 min, 5 min, 15 min, 1 h, 2 h, 4 h, 8 h, 8 h: the last about 24 h later. */
const defaultDelaysMs = "0,5000,10000,20000,60000,300000,900000,3600000,7200000,14400000,28800000,28800000"

/** A comma separated list in the environment; empty is the empty list. */
const list = z
  .string()
  .transform((text) => text.split(",").flatMap((each) => (each.trim() === "" ? [] : [each.trim()])))

/** Settings of the webhook dispatcher. */
export const config = {
  ...commonConfig,
  DISPATCHER_PORT: wholeNumber(0, 65_535).default(3003).describe("Port of `/healthz` and `/readyz`"),
  WEBHOOK_RETRY_DELAYS_MS: list
    .pipe(
      z
        .array(
          z
            .string()
            .regex(/^\d{1,9}$/, "must be milliseconds")
            .transform(Number),
        )
        .min(1)
        .max(50),
    )
    .prefault(defaultDelaysMs)
    .describe(
      "Pause before each attempt in milliseconds, comma separated; the first counts from the event. " +
        "As many attempts as entries; later pauses vary by ±20 %",
    ),
  WEBHOOK_RETRY_AFTER_MAX_MS: wholeNumber(0, 86_400_000)
    .default(3_600_000)
    .describe("Longest pause that an endpoint may ask for with `Retry-After`, in milliseconds"),
  WEBHOOK_TIMEOUT_MS: wholeNumber(100, 60_000)
    .default(10_000)
    .describe("Longest time until an endpoint must have answered, in milliseconds"),
  WEBHOOK_LEASE_MARGIN_MS: wholeNumber(100, 600_000)
    .default(10_000)
    .describe(
      "Time beyond WEBHOOK_TIMEOUT_MS that an attempt belongs to its process, in milliseconds; " +
        "when it ended by then without a record, another process makes the attempt again",
    ),
  WEBHOOK_CONCURRENCY: wholeNumber(1, 1_000).default(64).describe("Attempts of this process under way at once"),
  WEBHOOK_CONCURRENCY_EACH: wholeNumber(1, 100)
    .default(8)
    .describe("Of these, attempts to one webhook; one while its endpoint keeps failing"),
  MEDIA_WAIT_MS: wholeNumber(0, 600_000)
    .default(20_000)
    .describe("Longest time that a message's delivery waits for its media to be stored, in milliseconds"),
  ALLOW_HTTP_WEBHOOKS: flag(false).describe("Call `http:` endpoints too; for tests and private networks"),
  ALLOWED_PRIVATE_RANGES: list
    .pipe(z.array(z.union([z.cidrv4(), z.cidrv6()])))
    .prefault("")
    .describe("Address ranges (CIDR, comma separated) that may be called although they are not public"),
  DELIVERIES_DAYS: wholeNumber(1, 3_650)
    .default(30)
    .describe("Days that completed deliveries and their attempts are kept"),
} satisfies ConfigShape
