import { Paper } from '@mantine/core';
import { useStage } from '@/state/presenting.ts';
import { ArmsPanel } from './ArmsPanel.tsx';
import { KeptGuides } from './parts/KeptGuides.tsx';
import { MappingPanel } from './mapping/MappingPanel.tsx';
import classes from './setup.module.css';
import { TaskPanel } from './TaskPanel.tsx';
import { InterventionsLine, TrainingStrip } from './TrainingStrip.tsx';

/** The experiment as a picture: data left, guide → mapping → target in the middle, arms right. */
export function SetupCard() {
  const presenting = useStage((state) => state.presenting);
  return (
    <Paper component="section" aria-label="Experiment" className={classes.card} data-part="picture" inert={presenting}>
      <div className={classes.columns}>
        <TaskPanel />
        <MappingPanel />
        <ArmsPanel />
      </div>
      <TrainingStrip />
      <InterventionsLine />
      <KeptGuides />
    </Paper>
  );
}
