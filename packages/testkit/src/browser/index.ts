export * from "./start-browser.ts"
