import type { Collections } from "./collections.ts"

/** Changes that are listed by id; who missed more reads everything anew. */
const listedMax = 500

/**
 * Tells every copy of the webhooks that this one changed. Called after the change and before it is answered: whoever
 * compares revisions before using its copy never uses one that is older than an answer.
 */
export async function markWebhookChanged({ revisions }: Collections, webhook: string): Promise<void> {
  await revisions.updateOne(
    { _id: "webhooks" },
    { $inc: { n: 1 }, $push: { changed: { $each: [webhook], $slice: -listedMax } } },
    { upsert: true },
  )
}
