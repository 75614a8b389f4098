import type { Figure } from '../report/figures.ts';

export interface Options {
  /** Turns of every contestant. */
  rounds: number;
  /** Only to see that everything works: what takes minutes is cut short. */
  quick: boolean;
  /** Folder of another checkout of this project, to be compared with. */
  against?: string;
  /** Progress, for whoever waits. */
  say(line: string): void;
}

export interface Found {
  figures: Figure[];
  /** What does not run here, and what a reader has to know. */
  notes: string[];
}

/** One part of the benchmark; each runs alone, too. */
export interface Benchmark {
  name: string;
  title: string;
  explained: string;
  run(options: Options): Promise<Found>;
}
