export * from "./api-client.ts"
export * from "./stage.ts"
export * from "./steps.ts"
export * from "./story.ts"
