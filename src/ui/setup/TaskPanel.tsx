import { taskShape, taskTitle } from '@/experiment/networks/describe.ts';
import { isLanguageTask, type TaskSpec } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useIsStale } from '@/state/stale.ts';
import { number } from '@/ui/words.ts';
import { EditPopover } from './opening/EditPopover.tsx';
import { useBeside } from './opening/useBeside.ts';
import { Pencil } from './parts/Pencil.tsx';
import classes from './setup.module.css';
import { StaleDot } from './parts/StaleDot.tsx';
import { TaskPreview } from './TaskPreview.tsx';

/** How much data there is for training and for validation. */
function sizes(task: TaskSpec): string {
  if (isLanguageTask(task)) return `${number(task.trainTokens)} ${task.kind === 'text-file' ? task.unit : 'words'} train · ${number(task.valTokens)} val`;
  return `${task.train === 'fresh' ? 'new data every step' : `${number(task.train)} train`} · ${number(task.val)} val`;
}

/** What kind of answers a task asks for: "8 classes", "4 symbols". */
function answersOf(task: TaskSpec): string {
  switch (task.kind) {
    case 'textures':
    case 'grey-textures':
    case 'shapes':
    case 'digits':
    case 'image-files':
      return `${taskShape(task).classes} classes`;
    case 'first-token':
    case 'copy-paste':
    case 'reverse':
      return `${task.vocabulary} symbols`;
    case 'copy-paste-official':
      return '10 symbols';
    case 'parity':
      return task.labels === 'final' ? 'even or odd' : 'at every bit';
    case 'associative-recall':
      return `${task.pairs} pairs`;
    case 'dyck':
      return `${task.brackets} kinds`;
    case 'modular-addition':
      return `modulo ${task.modulus}`;
    case 'micro-english':
      return 'the next word';
    case 'text-file':
      return task.unit === 'characters' ? 'the next character' : 'the next word';
  }
}

/** The data: what it is, how much of it, and what it looks like. */
export function TaskPanel() {
  const task = useExperiment((state) => state.experiment.task);
  const stale = useIsStale('task');
  const shape = taskShape(task);
  const position = useBeside();
  return (
    <div className={classes.panel} data-testid="task" data-part="task">
      <div className={classes.line}>
        <h2 className={classes.title}>Task</h2>
        <EditPopover
          label="Edit the task"
          title="Task"
          apart
          testId="edit-task"
          position={position}
          target={
            <span>
              <b>{taskTitle(task)}</b>,{' '}
              <span className={classes.together}>
                {answersOf(task)}
                <Pencil />
              </span>
            </span>
          }
        >
          {({ TaskEditor }) => <TaskEditor task={task} />}
        </EditPopover>
        {stale && <StaleDot />}
        <span className={classes.small}>
          {sizes(task)} · {shape.tokens ? `${shape.input[0]} tokens` : `${shape.input[0]}×${shape.input[1]}`}
        </span>
      </div>
      <TaskPreview task={task} />
    </div>
  );
}
