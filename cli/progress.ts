/** What the runner tells while it works: one line per change, and steps at most every few seconds. */
import type { Progress } from '../src/headless.ts';

const LINE_MS = 2_000;

const duration = (seconds: number): string => (seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${Math.ceil(seconds)} s`);

export class ProgressLines {
  readonly #say: (line: string) => void;
  readonly #now: () => number;
  #last = Number.NEGATIVE_INFINITY;
  #phase = '';

  constructor(say: (line: string) => void, now: () => number = () => performance.now()) {
    this.#say = say;
    this.#now = now;
  }

  show(progress: Progress): void {
    switch (progress.type) {
      case 'backend':
        for (const { backend, outcome, reason } of progress.steps) this.#say(`${backend}: ${outcome}${reason ? `, ${reason}` : ''}`);
        this.#say(`Backend: ${progress.backend} (${progress.adapter}${progress.software ? ', software' : ''}); self-check ${progress.selfCheck}`);
        return;
      case 'phase': {
        const text = `${progress.phase}${progress.detail ? `: ${progress.detail}` : ''}`;
        if (text !== this.#phase) this.#say(text);
        this.#phase = text;
        return;
      }
      case 'guide':
        if (this.#due(progress.step === progress.steps)) this.#say(`guide "${progress.guide}": step ${progress.step} of ${progress.steps}`);
        return;
      case 'guide.ready':
        this.#say(`guide "${progress.guide}", seed ${progress.seed}: ${progress.source.replace('-', ' ')}, scores ${progress.valMetric.toFixed(3)}`);
        return;
      case 'step':
        if (this.#due(progress.step === progress.steps)) {
          const place = progress.step < 0 ? `warming up, ${-progress.step} steps before step 0` : `step ${progress.step} of ${progress.steps}`;
          this.#say(`${place}, ${progress.stepsPerSecond.toFixed(1)} steps/s, ${duration(progress.secondsLeft)} left`);
        }
        return;
      case 'diverged':
        this.#say(`${progress.arm}, seed ${progress.seed}: diverged at step ${progress.step}`);
    }
  }

  /** Whether it is time for another line; the last one of a kind always is. */
  #due(last: boolean): boolean {
    const now = this.#now();
    if (!last && now - this.#last < LINE_MS) return false;
    this.#last = now;
    return true;
  }
}
