import { createNarrator, setStage, tellStory } from "@wildcat/demo"
import { isolated, packServices } from "@wildcat/testkit"
import { expect, test } from "vitest"

test("the services as their images have them do the main job, end to end", async () => {
  const place = isolated()
  const stage = await setStage({ ...place, entries: await packServices(), env: { NODE_ENV: "production" } })
  const told: string[] = []
  try {
    await tellStory({ ...stage, narrator: createNarrator((text) => told.push(text)) })
  } finally {
    await stage.stop()
    await place.cleanup()
  }
  expect(told.filter((line) => line.includes("✓"))).toHaveLength(8)
})
