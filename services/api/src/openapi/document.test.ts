import { compileErrors, validate } from "@readme/openapi-parser"
import { errorCodes } from "@wildcat/shared/contracts"
import { afterAll, beforeAll, expect, test } from "vitest"
import { routes } from "../resources/index.ts"
import { examplesOf } from "./components.ts"
import { startTestApi } from "../testing/test-api.ts"
import type { Parsed, TestApi } from "../testing/test-api.ts"

let api: TestApi
let document: Parsed
beforeAll(async () => {
  api = await startTestApi()
  document = (await api.call("GET", "/openapi.json", { key: null })).body
})
afterAll(() => api.stop())

test("the document is valid OpenAPI 3.1", async () => {
  const result = await validate(structuredClone(document))
  expect(result.valid ? "" : compileErrors(result)).toBe("")
  expect(document.openapi).toMatch(/^3\.1/)
})

test("every route is in it, with its scope, its errors and a success", () => {
  for (const route of routes) {
    const operation = document.paths[route.path]?.[route.method]
    expect(operation).toMatchObject({ operationId: route.operation, tags: [route.tag] })
    expect(operation.description).toContain(route.admission.scopes[0])
    const statuses = Object.keys(operation.responses)
    expect(statuses).toEqual(expect.arrayContaining(["401", "403", "500", "503"]))
    expect(statuses.some((status) => status.startsWith("2"))).toBe(true)
    for (const code of route.errors) expect(statuses).toContain(String(errorCodes[code].status))
  }
})

test("every example of a body or an answer fits its own schema", () => {
  const schemas = routes.flatMap((route) => [
    ...Object.values(route.body?.content ?? {}),
    ...Object.values(route.responses).flatMap((response) => Object.values(response.content ?? {})),
  ])
  const examples = schemas.flatMap((schema) =>
    schema == null
      ? []
      : examplesOf(schema).map(({ value }) => ({ value, issues: schema.safeParse(value).error?.issues })),
  )
  expect(examples.length).toBeGreaterThan(15)
  expect(examples.filter(({ issues }) => issues !== undefined)).toEqual([])
})

test("every JSON answer that is no page has an example", () => {
  const without = routes.flatMap((route) =>
    Object.values(route.responses).flatMap((response) => {
      const schema = response.content?.["application/json"]
      return schema && examplesOf(schema).length === 0 && !route.operation.startsWith("list") ? [route.operation] : []
    }),
  )
  expect(without).toEqual([])
})

test("every JSON body has an example", () => {
  const bodies = routes.map((route) => [route.operation, route.body?.content["application/json"]] as const)
  expect(
    bodies.flatMap(([operation, schema]) => (schema && examplesOf(schema).length === 0 ? [operation] : [])),
  ).toEqual([])
})

test("no reference leads nowhere", () => {
  const text = JSON.stringify(document)
  const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name)
  for (const name of new Set(names)) expect(document.components.schemas).toHaveProperty([name ?? ""])
})
