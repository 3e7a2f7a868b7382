// The JSON API beside this page. A refusal is an error that carries the command's diagnostics.

export class Refusal extends Error {
  constructor(status, body) {
    super(body?.messages?.map((m) => m.text).join("; ") || `status ${status}`);
    this.status = status;
    this.exit = body?.exit;
    this.messages = body?.messages ?? [];
  }
}

async function ask(path, options) {
  const response = await fetch(`v1/${path}`, options);
  const type = response.headers.get("Content-Type") ?? "";
  if (response.ok && type.includes("spreadsheetml")) return response.blob();
  const text = await response.text();
  const body = type.startsWith("application/json") && text !== "" ? JSON.parse(text) : text;
  if (!response.ok) throw new Refusal(response.status, body);
  return body;
}

export const get = (path) => ask(path, {});

export const post = (path, body, signal) =>
  ask(path, {
    method: "POST",
    signal,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

/**
 * Sends the newest of many requests: an older one on its way is cancelled, here and on the server.
 * Resolves to null where a newer one took its place.
 */
export function channel(path) {
  const name = Math.random().toString(36).slice(2);
  let last = null;
  return async function send(body) {
    last?.abort();
    const mine = (last = new AbortController());
    try {
      const answer = await post(`${path}?channel=${name}`, body, mine.signal);
      return mine === last ? answer : null;
    } catch (error) {
      if (mine !== last || error.name === "AbortError" || error.status === 409) return null;
      throw error;
    }
  };
}
