import type { FeatureRow } from "./feature-rows.ts"
import type { Proof } from "./read-proofs.ts"

type Catalogue = Readonly<Record<string, FeatureRow>>

/** One thing that is promised, and the tests that show it. */
interface Feature {
  row: string
  title: string
  part: string | null
  proofs: readonly Proof[]
}

export interface FeaturesPage {
  text: string
  /** What no test shows yet, as `P22 edit`. */
  open: readonly string[]
}

/** The page of docs/features.md. Throws on a proof of a row that is not in the catalogue. */
export function featuresPage(catalogue: Catalogue, proofs: readonly Proof[]): FeaturesPage {
  const unknown = proofs.flatMap(({ rows, title }) =>
    rows.filter((row) => !(row in catalogue)).map((row) => [row, title]),
  )
  if (unknown.length > 0)
    throw new Error(`no row of the catalogue: ${unknown.map((pair) => pair.join(" in ")).join(", ")}`)
  const features = Object.entries(catalogue).flatMap(([row, feature]) =>
    featuresOf(
      row,
      feature,
      proofs.filter((proof) => proof.rows.includes(row)),
    ),
  )
  const open = features.filter((feature) => feature.proofs.length === 0)
  return { text: page(features, open.length), open: open.map(({ row, part }) => [row, part ?? []].flat().join(" ")) }
}

function featuresOf(row: string, { title, parts }: FeatureRow, proofs: readonly Proof[]): Feature[] {
  if (parts === undefined) return [{ row, title, part: null, proofs }]
  return Object.entries(parts).map(([part, words]) => ({ row, title, part, proofs: proofs.filter(says(words)) }))
}

function says(words: string): (proof: Proof) => boolean {
  const expression = new RegExp(words, "i")
  return ({ title }) => expression.test(title)
}

function page(features: readonly Feature[], open: number): string {
  return `# What Wildcat can do

Generated from the titles of tests (\`npm run docs\`), so a line says no more than a test shows. **wire-proved**: the
[simulated WhatsApp](../packages/whatsapp-simulator/README.md) speaks the real protocol, and a test compares what the
other side decrypted, or what it knows, field by field; of what concerns the API alone (E26, P66, P72), a test compares
what its clients get. **engine-cannot**: the protocol library cannot do it; the API
answers 501 \`not_supported\`. **open**: no test shows it yet. The ids in front are those of our survey of earlier
gateways.

${features.length - open} of ${features.length} are shown by tests${open === 0 ? "" : `, ${open} are open`}.

| Row | What | State | Shown by |
| --- | --- | --- | --- |
${features.map(line).join("\n")}
`
}

function line({ row, title, part, proofs }: Feature): string {
  const states = new Set(proofs.map(({ state }) => state))
  const state = states.size === 0 ? "open" : states.has("wire-proved") ? "wire-proved" : "engine-cannot"
  return `| ${row} | ${title}${part === null ? "" : `: ${part}`} | ${state} | ${shown(proofs)} |`
}

/** The first tests of each; who wants all of them searches for the row's id. */
function shown(proofs: readonly Proof[]): string {
  const most = 2
  const first = proofs.slice(0, most).map(({ title, file }) => `“${cell(title)}” ([${nameOf(file)}](../${file}))`)
  return [...first, ...(proofs.length > most ? [`and ${proofs.length - most} more`] : [])].join(", ")
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1)
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("`", "'")
}
