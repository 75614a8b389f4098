import { type ComponentType, type ReactNode, useEffect, useState } from 'react';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { piece } from './pieces.ts';

/**
 * A dialog, or what else is not there at first: put on the page when it is wanted for the first time, and there from then
 * on, so that it can close as it opened. Not by React's `lazy`: what has been fetched is there in the same frame.
 * @param part what it is called where it cannot be fetched, e.g. "The dialog of files"
 * @param useWanted a hook that tells whether it is wanted now
 */
export function whenFirst<P extends object>(part: string, useWanted: (props: P) => boolean, load: () => Promise<ComponentType<P>>): (props: P) => ReactNode {
  const code = piece(load);
  function Place(props: P) {
    const wanted = useWanted(props);
    const [was, setWas] = useState(wanted);
    const [{ failure }, setFetched] = useState<{ failure: unknown }>({ failure: null });
    if (wanted && !was) setWas(true);
    useEffect(() => {
      if (!was || code.there) return;
      void code.fetch().then(
        () => setFetched({ failure: null }),
        (error: unknown) => setFetched({ failure: error }),
      );
    }, [was]);
    if (failure) throw failure;
    const Content = code.there;
    return was && Content ? <Content {...props} /> : null;
  }
  return (props) => (
    <ErrorBoundary part={part}>
      <Place {...props} />
    </ErrorBoundary>
  );
}

/**
 * For what is fetched in order to be opened: closed in its first picture, so that Mantine notes where the keyboard's focus
 * was, which it returns, and fades it in.
 */
export function useOpened(wanted: boolean): boolean {
  const [stands, setStands] = useState(false);
  useEffect(() => setStands(true), []);
  return stands && wanted;
}
