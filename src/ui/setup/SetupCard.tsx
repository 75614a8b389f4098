import { Paper } from '@mantine/core';
import { ArmsPanel } from './ArmsPanel.tsx';
import { MappingPanel } from './mapping/MappingPanel.tsx';
import classes from './setup.module.css';
import { useGuideLibrary } from '@/state/guideLibrary.ts';
import { whenFirst } from '@/ui/whenFirst.tsx';
import { TaskPanel } from './TaskPanel.tsx';
import { InterventionsLine, TrainingStrip } from './TrainingStrip.tsx';

const KeptGuides = whenFirst(
  'The list of kept guides',
  () => useGuideLibrary((state) => state.shown),
  async () => (await import('./parts/KeptGuides.tsx')).KeptGuides,
);

/** The experiment as a picture that can be edited: data, guide → mapping → target, arms, and what all of them share. */
export function SetupCard() {
  return (
    <Paper component="section" aria-label="Experiment" className={classes.card}>
      <TaskPanel />
      <MappingPanel />
      <ArmsPanel />
      <div className={classes.training} data-part="training">
        <TrainingStrip />
        <InterventionsLine />
      </div>
      <KeptGuides />
    </Paper>
  );
}
