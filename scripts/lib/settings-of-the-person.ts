/** What the local installation decides by itself; API_PORT is handed on separately. */
const ownSettings = /^(npm_.*|MONGO_URL|NATS_URL|NODE_ENV|NODE_OPTIONS|(API|WORKER|MEDIA|DISPATCHER)_PORT)$/

/** Whatever else the person set in the environment goes on to the services as it is. */
export function settingsOfThePerson(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value && !ownSettings.test(name) ? [[name, value]] : [])),
  )
}
