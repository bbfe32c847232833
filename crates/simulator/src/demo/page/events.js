// Listens to what the simulated phones show, and comes back by itself when the line drops.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;

/**
 * @param {{onReset: Function, onChange: Function, onReady: Function, onLine: Function}} handlers
 */
export function listen(handlers) {
  let lastId = "";
  let wait = FIRST_WAIT_MS;

  function connect() {
    const query = lastId ? `?since=${encodeURIComponent(lastId)}` : "";
    const source = new EventSource(`/demo/events${query}`);
    const remember = (event) => {
      if (event.lastEventId) lastId = event.lastEventId;
    };
    source.addEventListener("reset", (event) => {
      lastId = "";
      handlers.onReset(JSON.parse(event.data));
    });
    source.addEventListener("change", (event) => {
      remember(event);
      handlers.onChange(JSON.parse(event.data));
    });
    source.addEventListener("ready", (event) => {
      remember(event);
      wait = FIRST_WAIT_MS;
      handlers.onLine(true);
      handlers.onReady();
    });
    source.addEventListener("error", () => {
      // The browser's own retries end for good when the server answers anything but a stream,
      // so every break is ours to mend.
      source.close();
      handlers.onLine(false);
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  }

  connect();
}
