import type { ClientsResult } from "./measure-simulator.ts"

/** What was measured, for a person to read. */
export function reportOf(result: ClientsResult): string {
  const perMessage = (cpuMs: number) => (cpuMs / Math.max(result.acknowledged, 1)).toFixed(2)
  const rate = (count: number, ms: number) => (count / (ms / 1_000)).toFixed(0)
  const seconds = (ms: number) => (ms / 1_000).toFixed(1)
  const share = (result.simulatorCpuMs / (result.simulatorCpuMs + result.clientsCpuMs)) * 100
  const { sessions, messages, acknowledged, connectedMs, elapsedMs } = result
  return [
    `connected     ${sessions} sessions in ${seconds(connectedMs)} s (${rate(sessions, connectedMs)}/s), clients use ${megabytes(result.clientsMemoryBytes)} MB`,
    `acknowledged  ${acknowledged} of ${messages} inbound messages in ${seconds(elapsedMs)} s: ${rate(acknowledged, elapsedMs)}/s, ${result.retried} retries`,
    `CPU/message   simulator ${perMessage(result.simulatorCpuMs)} ms, clients ${perMessage(result.clientsCpuMs)} ms (simulator: ${share.toFixed(0)} % of both)`,
  ].join("\n")
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0)
}
