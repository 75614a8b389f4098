/** What the page benchmark leaves on the page it measures. */
interface Window {
  longTasks: number[];
}

/** Chromium's own, not standard. */
interface Performance {
  memory?: { usedJSHeapSize: number };
}
