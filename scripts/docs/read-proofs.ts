import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** A test that proves rows, or that shows the engine cannot do them. */
export interface Proof {
  title: string
  file: string
  rows: readonly string[]
  state: "wire-proved" | "engine-cannot"
}

/** A title of a test that ends with rows in brackets: `"a reaction arrives [A16 P22]"`, `"… [P45 engine-cannot]"`. */
const tagged = /(["'`])((?:\\.|(?!\1)[^\\\n])*?) \[([A-EP]\d+(?: [A-EP]\d+)*)( engine-cannot)?\]\1/g

/** Every such title in the tests below `root`, by file. Throws on one whose test is always skipped: that proves nothing. */
export function readProofs(root: string): Proof[] {
  const folders = "{packages,services,apps,bench,e2e}/**/*.test.ts"
  const files = globSync(folders, { cwd: root, exclude: (name) => ["node_modules", "dist"].includes(name) })
  return files
    .toSorted()
    .flatMap((file) => proofsOf(file.replaceAll("\\", "/"), readFileSync(join(root, file), "utf8")))
}

function proofsOf(file: string, source: string): Proof[] {
  return [...source.matchAll(tagged)].map((match) => {
    const [, , title = "", rows = "", cannot] = match
    const line = source.slice(source.lastIndexOf("\n", match.index) + 1, match.index)
    if (/\.(skip|todo)\b/.test(line)) throw new Error(`${file}: "${title}" is skipped and proves nothing`)
    return { title, file, rows: rows.split(" "), state: cannot ? "engine-cannot" : "wire-proved" }
  })
}
