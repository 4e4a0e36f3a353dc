import { expect, test } from "vitest"
import { node } from "./nodes.ts"
import { misshapen, type Shape } from "./shape.ts"

const shape: Shape = {
  attrs: { id: /^\d+$/, "type?": /^read$/ },
  children: { "list?": { children: { "item+": { attrs: { id: /./ } } } }, "key?": { bytes: [32, 32] } },
}

test("a stanza that fits has no problem", () => {
  expect(misshapen(node("receipt", { id: 1, type: "read" }), shape)).toBeUndefined()
  expect(misshapen(node("receipt", { id: 1 }, [node("list", {}, [node("item", { id: 2 })])]), shape)).toBeUndefined()
  expect(misshapen(node("receipt", { id: 1 }, [node("key", {}, Buffer.alloc(32))]), shape)).toBeUndefined()
})

const misfits = [
  [node("receipt", {}), "receipt lacks the attribute id"],
  [node("receipt", { id: "x" }), "receipt has a wrong attribute id"],
  [node("receipt", { id: 1, colour: "red" }), "receipt has an unexpected attribute colour"],
  [node("receipt", { id: 1 }, [node("list")]), "receipt > list has 0 children item"],
  [node("receipt", { id: 1 }, [node("note")]), "receipt has an unexpected child note"],
  [node("receipt", { id: 1 }, [node("key", {}, Buffer.alloc(31))]), "receipt > key holds 31 bytes"],
  [node("receipt", { id: 1 }, Buffer.from("text")), "receipt holds 4 bytes"],
] as const

for (const [stanza, problem] of misfits) {
  test(`a stanza that does not fit is told why: ${problem}`, () => {
    expect(misshapen(stanza, shape)).toBe(problem)
  })
}
