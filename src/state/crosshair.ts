/** The step under the pointer, marked in every chart. */
import { create } from 'zustand';

interface Crosshair {
  step: number | null;
  /** The chart that the pointer is in: it has a mark of its own. */
  chart: string | null;
}

export const useCrosshair = create<Crosshair>(() => ({ step: null, chart: null }));

export const pointAt = (chart: string, step: number): void => {
  const now = useCrosshair.getState();
  if (now.step !== step || now.chart !== chart) useCrosshair.setState({ step, chart });
};

/** The pointer has left a chart; another one that it is in by now keeps its mark. */
export const pointAway = (chart: string): void => {
  if (useCrosshair.getState().chart === chart) useCrosshair.setState({ step: null, chart: null });
};
