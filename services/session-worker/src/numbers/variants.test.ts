import { expect, test } from "vitest"
import { variantsOf } from "./variants.ts"

test.each([
  ["5511987654321", "551187654321"],
  ["525512345678", "5215512345678"],
  ["5491123456789", "541123456789"],
])("%s is also written %s, and the other way round", (one, other) => {
  expect(variantsOf(one)).toEqual([one, other])
  expect(variantsOf(other)).toEqual([other, one])
})

test.each(["4915112345678", "551133334444", "5511333344445", "521234", "14155550100"])(
  "%s is written in one way",
  (number) => {
    expect(variantsOf(number)).toEqual([number])
  },
)
