import "../e2e/src/chaos/main.ts"
