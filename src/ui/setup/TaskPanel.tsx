import { Text } from '@mantine/core';
import { taskShape, taskTitle } from '@/experiment/describe.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useIsStale } from '@/state/stale.ts';
import { number } from '@/ui/words.ts';
import { EditPopover } from './EditPopover.tsx';
import { Fields } from './fields/Fields.tsx';
import { Pencil } from './Pencil.tsx';
import classes from './setup.module.css';
import { StaleDot } from './StaleDot.tsx';
import { taskFields } from './specs.ts';
import { Thumbnails } from './Thumbnails.tsx';

/** The data: what it is, how much of it, and what it looks like. */
export function TaskPanel() {
  const task = useExperiment((state) => state.experiment.task);
  const stale = useIsStale('task');
  const shape = taskShape(task);
  return (
    <div className={classes.column} data-testid="task">
      <div className={classes.head}>
        <h2 className={classes.title}>Task</h2>
        {stale && <StaleDot />}
      </div>
      <div>
        <EditPopover
          label="Edit the task"
          title="Task"
          testId="edit-task"
          target={
            <span>
              <Text span fw={600}>
                {taskTitle(task)}
              </Text>
              , {shape.classes} classes
              <Pencil />
            </span>
          }
        >
          <Fields root="task" specs={taskFields(task)} width={150} />
        </EditPopover>
        <Text fz={12} c="dimmed" lh={1.5}>
          {task.train === 'fresh' ? 'new data every step' : `${number(task.train)} train`} · {number(task.val)} val ·{' '}
          {shape.tokens ? `${shape.input[0]} tokens` : `${shape.input[0]}×${shape.input[1]}`}
        </Text>
      </div>
      <Thumbnails task={task} />
    </div>
  );
}
