import type { Stanza } from "./codec.ts"

/**
 * What a stanza must look like. Names end in `?` (at most one), `*` (any number) or `+` (at least one); without a
 * mark there is exactly one. What is not named must not be there.
 */
export type Shape = {
  /** Attributes and the pattern of each. */
  attrs?: Record<string, RegExp>
  children?: Record<string, Shape>
  /** The bytes (or text) it holds instead of children: how many at least and at most. */
  bytes?: readonly [min: number, max: number]
}

type Named<T> = { name: string; least: number; most: number; rule: T }

/** Why a stanza does not have the shape, naming the place but no contents; undefined when it has. */
export function misshapen(stanza: Stanza, shape: Shape): string | undefined {
  return attributesProblem(stanza, shape) ?? contentProblem(stanza, shape)
}

function attributesProblem({ tag, attrs }: Stanza, shape: Shape): string | undefined {
  const rules = named(shape.attrs ?? {})
  const strange = Object.keys(attrs).find((name) => !rules.some((rule) => rule.name === name))
  if (strange !== undefined) return `${tag} has an unexpected attribute ${strange}`
  for (const { name, least, rule } of rules) {
    const value = attrs[name]
    if (value === undefined && least > 0) return `${tag} lacks the attribute ${name}`
    if (value !== undefined && !rule.test(value)) return `${tag} has a wrong attribute ${name}`
  }
  return undefined
}

function contentProblem({ tag, content }: Stanza, shape: Shape): string | undefined {
  const nodes = Array.isArray(content) ? content : []
  const byteCount = Array.isArray(content) || content === undefined ? 0 : Buffer.from(content).length
  const [bytesMin, bytesMax] = shape.bytes ?? [0, 0]
  if (byteCount < bytesMin || byteCount > bytesMax) return `${tag} holds ${byteCount} bytes`
  return childrenProblem(tag, nodes, named(shape.children ?? {}))
}

function childrenProblem(tag: string, nodes: Stanza[], rules: Named<Shape>[]): string | undefined {
  for (const { name, least, most } of rules) {
    const count = nodes.filter((node) => node.tag === name).length
    if (count < least || count > most) return `${tag} has ${count} children ${name}`
  }
  for (const node of nodes) {
    const rule = rules.find(({ name }) => name === node.tag)
    if (!rule) return `${tag} has an unexpected child ${node.tag}`
    const problem = misshapen(node, rule.rule)
    if (problem !== undefined) return `${tag} > ${problem}`
  }
  return undefined
}

const marks = { "?": [0, 1], "*": [0, Infinity], "+": [1, Infinity] } as const

function named<T>(rules: Record<string, T>): Named<T>[] {
  return Object.entries(rules).map(([written, rule]) => {
    const mark = written.at(-1)
    if (mark !== "?" && mark !== "*" && mark !== "+") return { name: written, least: 1, most: 1, rule }
    const [least, most] = marks[mark]
    return { name: written.slice(0, -1), least, most, rule }
  })
}
