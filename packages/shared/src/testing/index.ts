export * from "./contact-message.ts"
export * from "./events.ts"
export * from "./place.ts"
