import { type ComponentType, lazy, type ReactNode, Suspense, useState } from 'react';

/**
 * A dialog, or what else is not there at first: fetched when it is wanted for the first time, and there from then on, so
 * that it can close as it opened.
 * @param useWanted a hook that tells whether it is wanted now
 */
export function whenFirst<P extends object>(useWanted: (props: P) => boolean, load: () => Promise<ComponentType<P>>): (props: P) => ReactNode {
  const Piece = lazy(async () => ({ default: await load() }));
  return function Place(props: P) {
    const wanted = useWanted(props);
    const [was, setWas] = useState(wanted);
    if (wanted && !was) setWas(true);
    return was || wanted ? (
      <Suspense>
        <Piece {...props} />
      </Suspense>
    ) : null;
  };
}
