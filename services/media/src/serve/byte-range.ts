/** Bytes from `start` to before `end`. */
export interface ByteRange {
  start: number
  end: number
}

/**
 * Reads a `Range` header (RFC 9110, 14.2) for a content of `length` bytes. Returns `whole` when there is none, when it
 * asks for several ranges or is not understood (both may be ignored), and `unsatisfiable` when nothing lies in it.
 */
export function byteRangeOf(header: string | undefined, length: number): ByteRange | "whole" | "unsatisfiable" {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.replaceAll(/\s/g, "") ?? "")
  const [, first = "", last = ""] = match ?? []
  if (match === null || (first === "" && last === "")) return "whole"
  if (first === "") return suffix(Number(last), length)
  const start = Number(first)
  const end = last === "" ? length : Math.min(Number(last) + 1, length)
  if (last !== "" && Number(last) < start) return "whole"
  return start >= length ? "unsatisfiable" : { start, end }
}

function suffix(bytes: number, length: number): ByteRange | "unsatisfiable" {
  return bytes === 0 || length === 0 ? "unsatisfiable" : { start: Math.max(0, length - bytes), end: length }
}
