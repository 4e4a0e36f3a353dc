import { z } from "zod"
import { idSchema } from "@wildcat/shared/contracts"
import { invalid } from "../../http/parse-input.ts"
import { EventPattern } from "../webhooks/webhook-view.ts"

/** What every way to read events takes in its query. */
export const eventQuery = z.strictObject({
  after: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe(
      "A cursor that an event or an answer came with; `oldest` for all that is in the log; `latest` for what is to come",
    ),
  limit: z.coerce.number().int().min(1).max(500).default(100).describe("How many events at most (streams have no end)"),
  types: z.string().max(500).optional().describe("Only these types, comma separated: `message.*,account.status`"),
  account: idSchema("account").optional().describe("Only events of this account"),
})

/** Throws `invalid_request` naming `query.types` for a type that does not exist. */
export function typesOf(text: string | undefined): string[] {
  const types = text === undefined ? [] : text.split(",").map((type) => type.trim())
  for (const type of types) {
    if (!EventPattern.safeParse(type).success)
      throw invalid("query.types", `there is no event type ${type.slice(0, 50)}`)
  }
  return types
}
