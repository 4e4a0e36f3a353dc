/** Calls an operation of the simulator's control API. Throws an Error with what the simulator says went wrong. */
export async function control(operation, body = {}) {
  const response = await fetch(`/${operation}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.detail ?? `the simulator answered ${response.status}`)
  return answer
}
