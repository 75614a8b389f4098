/** What benchmarks leave on the pages they run in. */
interface Window {
  /** Workers by name (stages/browser.ts). */
  contestants: Record<string, Worker>;
  /** Durations of tasks of the main thread above 50 ms (sections/page.ts). */
  longTasks: number[];
}
/** Commit that a packed benchmark was made of, and the packages in it (gpu/pack.ts). */
declare const __COMMIT__: string;
declare const __PACKAGES__: string;
