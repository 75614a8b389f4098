/** One thing wrong with an experiment. `path` is dotted, e.g. `base.learningRate`; empty for the whole. */
export interface Problem {
  path: string;
  message: string;
  /** Name of the arm that the path counts, where a page that shows names has added it. */
  arm?: string;
}

/** "base.learningRate must be at most 10, not 50" */
export const formatProblem = ({ path, message }: Problem): string => `${path || 'the experiment'} ${message}`;
