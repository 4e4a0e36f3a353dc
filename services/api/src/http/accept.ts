import { WildcatError } from "@wildcat/shared/contracts"

/**
 * The offered content type that an `Accept` header likes best; the first of equals, and the first at all when nothing is
 * asked. Throws `not_acceptable` when none will do.
 */
export function bestOf<T extends string>(accept: string | undefined, offered: readonly T[]): T {
  const wishes = parse(accept ?? "*/*")
  const rated = offered.map((type) => ({ type, quality: qualityOf(type, wishes) }))
  const [best] = rated.toSorted((left, right) => right.quality - left.quality)
  if (best && best.quality > 0) return best.type
  throw new WildcatError("not_acceptable", {
    detail: `this can be given as ${offered.join(", ")}`,
    field: "header.accept",
  })
}

interface Wish {
  range: string
  quality: number
}

function parse(accept: string): Wish[] {
  return accept.split(",").flatMap((each) => {
    const [range = "", ...parameters] = each.split(";").map((part) => part.trim().toLowerCase())
    const quality = Number(parameters.find((part) => part.startsWith("q="))?.slice(2) ?? "1")
    return range === "" || Number.isNaN(quality) ? [] : [{ range, quality }]
  })
}

/** The most specific range that fits decides. */
function qualityOf(type: string, wishes: readonly Wish[]): number {
  for (const range of [type, `${type.split("/")[0]}/*`, "*/*"]) {
    const wish = wishes.find((each) => each.range === range)
    if (wish) return wish.quality
  }
  return 0
}
