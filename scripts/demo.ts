import "../apps/demo/src/main.ts"
