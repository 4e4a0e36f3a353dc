import { z } from "zod"

const wordsMax = 10

/**
 * What is searched for, as its words: those between blanks, without what is no letter or digit at their ends. Each has to
 * be in a message.
 */
export const SearchWords = z
  .string()
  .max(200)
  .transform((text, context) => {
    const words = text.split(/\s+/u).flatMap((word) => word.replaceAll(edges, "").replaceAll('"', "") || [])
    if (words.length >= 1 && words.length <= wordsMax) return [...new Set(words)]
    context.addIssue({ code: "custom", message: `must have 1 to ${wordsMax} words with letters or digits` })
    return z.NEVER
  })

const edges = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu
