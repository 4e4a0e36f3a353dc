const methods = ["log", "info", "warn", "error", "debug", "trace", "dir"] as const

/** libsignal prints whole sessions, private keys included, to the console. This service logs with pino: the console is shut. */
export function silenceConsole(): void {
  for (const method of methods) console[method] = () => undefined
}
