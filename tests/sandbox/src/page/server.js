// The sandbox's own routes.

/** Asks the sandbox; what it refuses becomes an error with its words. */
export async function ask(method, route, body) {
  const answer = await fetch(`/_sandbox/${route}`, {
    method,
    ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const told = await answer.json();
  if (!answer.ok) {
    throw new Error(told.errors?.[0]?.detail ?? told.detail ?? `The sandbox answered ${answer.status}.`);
  }
  return told;
}
