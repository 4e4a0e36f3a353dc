import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, test } from "vitest"

const readme = new URL("../../README.md", import.meta.url)
/** Beside the tests, so that the example's imports are found as in any program of this workspace. */
const program = fileURLToPath(new URL(`readme-example-${process.pid}.ts`, import.meta.url))

test("the example of the README runs as it stands, and is no longer than it says", async () => {
  const text = await readFile(readme, "utf8")
  const example = /## Test a plain Baileys bot[^]*?```ts\n([^]*?)```/.exec(text)?.[1] ?? ""
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(20)
  const cwd = await mkdtemp(join(tmpdir(), "readme-"))
  await writeFile(program, example)
  try {
    // It ends with a status other than 0, and this rejects, when the bot did not answer as it should.
    await promisify(execFile)(process.execPath, ["--conditions=@wildcat/source", program], { cwd, timeout: 50_000 })
  } finally {
    await Promise.all([rm(program), rm(cwd, { recursive: true })])
  }
})
