import { expect, test } from "vitest"
import { z } from "zod"
import { commonConfig, configRows, describeConfig, flag, readConfig, secret, wholeNumber } from "./config.ts"

const shape = {
  PORT: wholeNumber(0, 65_535).default(3000).describe("Port"),
  STRICT: flag(true).describe("Strict"),
  TOKEN: secret(z.string().min(8)).describe("Token"),
  OLD_TOKEN: secret(z.string()).optional().describe("Old token"),
}

test("settings are read from the environment, with defaults; an empty variable counts as absent", () => {
  expect(readConfig(shape, { TOKEN: "12345678", PORT: "", STRICT: "false" })).toEqual({
    PORT: 3000,
    STRICT: false,
    TOKEN: "12345678",
  })
})

test("every wrong variable is named, and no value is shown", () => {
  const read = () => readConfig(shape, { PORT: "70000", TOKEN: "geheim", STRICT: "yes" })
  expect(read).toThrow(/PORT/)
  expect(read).toThrow(/TOKEN/)
  expect(read).toThrow(/STRICT/)
  expect(read).not.toThrow(/geheim/)
})

test("a described configuration shows no secret", () => {
  const config = readConfig(shape, { TOKEN: "geheimgeheim" })
  expect(describeConfig(shape, config)).toEqual({ PORT: 3000, STRICT: true, TOKEN: "set", OLD_TOKEN: "not set" })
})

test("every common setting has a description, and the secrets are marked", () => {
  const rows = configRows(commonConfig)
  expect(rows.filter((row) => row.description === "")).toEqual([])
  expect(rows.filter((row) => row.secret).map((row) => row.name)).toEqual([
    "MONGO_URL",
    "NATS_URL",
    "SECRETS_KEY",
    "SECRETS_KEY_PREVIOUS",
  ])
})
