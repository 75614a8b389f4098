import { useShelf } from '@/state/shelf.ts';
import { addressOf, goTo, useView, VIEW_NAMES, VIEWS } from '@/state/view.ts';
import { follow } from '@/ui/follow.ts';
import classes from './shell.module.css';

/** How many runs the Notebook has, once that has been read: in the room that its tab has anyway, so that nothing moves. */
function RunCount() {
  const runs = useShelf((state) => state.runs.length);
  return runs > 0 && <span className={classes.count}>{runs}</span>;
}

/** The views of the page, the one on screen marked. */
export function ViewLinks() {
  const current = useView((state) => state.view);
  return (
    <nav aria-label="Views" className={classes.views}>
      {VIEWS.map((view) => (
        <a
          key={view}
          href={addressOf({ view })}
          className={classes.view}
          aria-current={view === current ? 'page' : undefined}
          onClick={follow(() => view !== current && goTo({ view }))}
          data-testid={`view-${view}`}
        >
          {VIEW_NAMES[view]}
          {view === 'notebook' && <RunCount />}
        </a>
      ))}
    </nav>
  );
}
