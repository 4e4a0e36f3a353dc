import { browserMissing, startBrowser } from "@wildcat/testkit/browser"
import type { Browser, Page } from "@wildcat/testkit/browser"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { routes } from "../resources/index.ts"
import { startTestApi } from "../testing/test-api.ts"
import type { TestApi } from "../testing/test-api.ts"

let api: TestApi
let browser: Browser
let page: Page
const asked: string[] = []
const complaints: string[] = []

describe.skipIf(browserMissing())("the reference in a browser", () => {
  beforeAll(async () => {
    api = await startTestApi()
    browser = await startBrowser()
    page = await browser.newPage()
    page.on("request", (request) => asked.push(request.url()))
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()))
    page.on("pageerror", (error) => complaints.push(String(error)))
    await page.goto(`${api.url}/docs`)
    await page.locator(".opblock").first().waitFor()
  })

  afterAll(async () => {
    await browser.close()
    await api.stop()
  })

  test("every operation is there under its summary [P72]", async () => {
    const summaries = await page.locator(".opblock-summary-description").allTextContents()
    expect(summaries).toEqual(expect.arrayContaining(routes.map(({ summary }) => summary)))
  })

  test("an operation opens with its example, and a call can be tried with a key", async () => {
    await page.locator("#operations-accounts-createAccount .opblock-summary-control").click()
    await expect.poll(() => page.locator("#operations-accounts-createAccount").textContent()).toContain('"name"')
    await page.locator(".authorize").first().click()
    await page.locator(".auth-container input").first().fill(api.adminKey)
    await page.locator(".modal-btn.authorize").first().click()
    await page.locator(".btn-done").first().click()
    await page.locator("#operations-accounts-createAccount .try-out__btn").click()
    const answer = page.waitForResponse((response) => response.url() === `${api.url}/v1/accounts`)
    await page.locator("#operations-accounts-createAccount .execute").click()
    expect((await answer).status()).toBe(201)
  })

  test("nothing is asked of another host, and the strict content security policy stops nothing", () => {
    expect(asked.filter((url) => !url.startsWith(`${api.url}/`) && !url.startsWith("data:"))).toEqual([])
    expect(complaints).toEqual([])
  })
})

test("the page may load and run nothing from elsewhere", async () => {
  const own = await startTestApi()
  const { headers } = await own.call("GET", "/docs", { key: null })
  expect(headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'; style-src 'self';")
  await own.stop()
})
