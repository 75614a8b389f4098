/** Ids of places on the page that one can go to. */

/** Run, or Pause in its place. */
export const RUN_ID = 'run';
export const CURVES_ID = 'curves';
