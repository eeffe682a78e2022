// What the page says to the simulator, and what it hears.

/** Post JSON; whether it was accepted. */
export async function post(path, body) {
  try {
    const headers = { "Content-Type": "application/json" };
    return (await fetch(path, { method: "POST", headers, body: JSON.stringify(body) })).ok;
  } catch {
    return false;
  }
}

/** Hear events by kind; the browser comes back by itself after a break, saying what it heard last. */
export function listen(handlers, connected) {
  const source = new EventSource("/phones/events");
  for (const [kind, handle] of Object.entries(handlers)) {
    source.addEventListener(kind, (event) => handle(JSON.parse(event.data)));
  }
  source.onopen = () => connected(true);
  source.onerror = () => connected(false);
}
