import { expect, test } from "vitest"
import { remember } from "./remember.ts"

test("beyond its limit the oldest is forgotten; what is noted again is the newest", () => {
  const notes = new Map<string, number>()
  for (const key of ["a", "b", "a", "c"]) remember(notes, key, key.charCodeAt(0), 2)
  expect([...notes.keys()]).toEqual(["a", "c"])
})
