import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { type Browser, chromium } from "playwright-core"
import { browsersFolder } from "../paths.ts"

export type { Browser, BrowserContext, Locator, Page } from "playwright-core"

/**
 * Why there is no browser on this machine; undefined when there is one. On Linux x64 `npm test` gets one, so there it
 * is never a reason to skip: `startBrowser` fails instead.
 */
export function browserMissing(): string | undefined {
  if (isProvided() || process.env["CHROMIUM_PATH"]) return undefined
  return "set CHROMIUM_PATH to a Chrome or Chromium"
}

/** Starts a real headless Chromium: that of CHROMIUM_PATH, else the one `npm test` has got. The caller closes it. */
export async function startBrowser(): Promise<Browser> {
  const given = process.env["CHROMIUM_PATH"]
  const folder = given ? undefined : providedFolder()
  const libraries = folder === undefined ? {} : { LD_LIBRARY_PATH: `${join(folder, "lib")}:${folder}` }
  return await chromium.launch({
    executablePath: given ?? join(folder ?? "", "chromium"),
    // The sandbox needs privileges that a container lacks; pages of tests come from this machine alone.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    env: {
      ...definedEnvironment(),
      ...libraries,
      ...(folder === undefined ? {} : { FONTCONFIG_PATH: join(folder, "fonts") }),
    },
  })
}

function isProvided(): boolean {
  return process.platform === "linux" && process.arch === "x64"
}

function providedFolder(): string {
  const versions = existsSync(browsersFolder) ? readdirSync(browsersFolder) : []
  const version = versions
    .filter((name) => !name.includes(".partial-"))
    .toSorted()
    .at(-1)
  if (version === undefined) throw new Error("no browser here yet: `npm test` gets one, or set CHROMIUM_PATH")
  return join(browsersFolder, version)
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
