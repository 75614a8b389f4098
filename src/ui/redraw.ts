/**
 * When charts redraw: one after another in short tasks, nothing off-screen, behind a dialog or in a hidden tab. What was
 * missed meanwhile is drawn once when it comes back into view.
 */
import { useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { type RunState, useRun } from '@/state/run.ts';

const queue: (() => void)[] = [];
let scheduled = false;

/** Milliseconds after which the rest of the charts wait for the next task. */
const TASK_MS = 2;

function drawSome(): void {
  const began = performance.now();
  try {
    while (queue.length > 0 && performance.now() - began < TASK_MS) queue.shift()?.();
  } finally {
    scheduled = queue.length > 0;
    if (scheduled) setTimeout(drawSome, 0);
  }
}

/** Do something that takes milliseconds in a task of its own, in turn with what else is drawn. */
export function drawSoon(draw: () => void): void {
  queue.push(draw);
  if (scheduled) return;
  scheduled = true;
  setTimeout(drawSome, 0);
}

export interface Snapshot extends Pick<RunState, 'version' | 'data' | 'experiment' | 'opened' | 'result' | 'step'> {
  /** Nothing is streaming: there is time to draw every point. */
  resting: boolean;
  /** Changes whenever something that is measured at evaluations does (`data` itself is filled in place). */
  measured: string;
}

export function takeSnapshot(): Snapshot {
  const { version, data, experiment, opened, result, step, phase } = useRun.getState();
  const resting = phase !== 'running';
  const { evaluations, lastEvaluation, warmup, guidesReady, divergences, interventions } = data;
  const measured = [
    evaluations.length,
    lastEvaluation?.step,
    warmup?.evaluations.length,
    guidesReady.length,
    divergences.length,
    interventions.length,
    resting,
    result !== null,
    opened !== null,
  ].join();
  return { version, data, experiment, opened, result, step, resting, measured };
}

/** The mark of Mantine's dialogs and drawers on the body, while one of them lies over the page. */
const COVERED = 'data-scroll-locked';
const unseen = (inDialog: boolean): boolean => document.hidden || (document.body.hasAttribute(COVERED) && !inDialog);

/**
 * The run as of this component's own last redraw.
 * @param visible whether it is on screen
 * @param pace what it shows: something of every step, or only what evaluations measure (far fewer redraws)
 * @param inDialog it lies over the page itself
 */
export function useSnapshot(visible: boolean, pace: 'steps' | 'evaluations', inDialog = false): Snapshot {
  const [snapshot, setSnapshot] = useState(takeSnapshot);
  const waiting = useRef(false);
  useEffect(() => {
    let alive = true;
    const refresh = (old: Snapshot): Snapshot => {
      if (old.version === useRun.getState().version) return old;
      const fresh = takeSnapshot();
      const unchanged = pace === 'evaluations' && old.data === fresh.data && old.measured === fresh.measured;
      return unchanged ? old : fresh;
    };
    const request = () => {
      // Off-screen nothing is drawn while records stream in; once at rest everything is, for printing and scrolling.
      const wanted = visible || useRun.getState().phase !== 'running';
      if (!wanted || waiting.current || unseen(inDialog)) return;
      waiting.current = true;
      drawSoon(() => {
        waiting.current = false;
        if (alive) flushSync(() => setSnapshot(refresh));
      });
    };
    request();
    const unsubscribe = useRun.subscribe((state, before) => {
      if (state.version !== before.version) request();
    });
    document.addEventListener('visibilitychange', request);
    const uncover = new MutationObserver(request);
    uncover.observe(document.body, { attributeFilter: [COVERED] });
    return () => {
      alive = false;
      waiting.current = false;
      unsubscribe();
      uncover.disconnect();
      document.removeEventListener('visibilitychange', request);
    };
  }, [visible, pace, inDialog]);
  return snapshot;
}

/** Draw a little before it scrolls into view. */
const MARGIN = '120px';

export interface Frame<E extends HTMLElement> {
  /** For the element; another one may take its place, such as one in a dialog. */
  ref: (element: E | null) => void;
  element: E | null;
  /** In whole pixels; 0 before it is laid out. */
  width: number;
  height: number;
  /** It is on screen. */
  visible: boolean;
}

/** The room that an element has, and whether it can be seen. */
export function useFrame<E extends HTMLElement>(): Frame<E> {
  const [element, ref] = useState<E | null>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    if (!element) return;
    let alive = true;
    // In the queue, too: all charts drawn for the first time, or for another size, are one long task otherwise.
    const resize = new ResizeObserver(([entry]) => {
      const now = { width: Math.floor(entry.contentRect.width), height: Math.floor(entry.contentRect.height) };
      drawSoon(() => {
        if (alive) flushSync(() => setSize((old) => (old.width === now.width && old.height === now.height ? old : now)));
      });
    });
    const cross = new IntersectionObserver((entries) => setVisible(entries.some((e) => e.isIntersecting)), {
      rootMargin: MARGIN,
    });
    resize.observe(element);
    cross.observe(element);
    return () => {
      alive = false;
      resize.disconnect();
      cross.disconnect();
    };
  }, [element]);
  return { ref, element, ...size, visible };
}
