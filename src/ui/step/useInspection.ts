import { useEffect, useRef, useState } from 'react';
import type { Inspection, InspectQuestion } from '@/experiment/contract/inspection.ts';
import { session } from '@/state/session.ts';

export interface Looked {
  /** The latest answer, which may be of a moment before; null as long as there is none. */
  inspection: Inspection | null;
  /** The question at hand could not be answered. */
  failed: boolean;
}

/**
 * Ask the run on screen, and again when the question or the moment changes. One question at a time: while a run streams, moments come
 * faster than answers, and those between are skipped.
 * @param question null: nothing is asked
 * @param moment changes when there is something new to be seen
 */
export function useInspection(question: InspectQuestion | null, moment: string): Looked {
  const [looked, setLooked] = useState<Looked>({ inspection: null, failed: false });
  const wanted = useRef<{ question: InspectQuestion; key: string } | null>(null);
  const asking = useRef(false);
  const key = question === null ? '' : `${JSON.stringify(question)} ${moment}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says when the question is another one
  useEffect(() => {
    wanted.current = question && { question, key };
    if (asking.current || !question) return;
    const ask = async () => {
      asking.current = true;
      for (let next = wanted.current; next; ) {
        const inspection = await session.inspect(next.question);
        const asked = next.key;
        next = wanted.current;
        if (next?.key !== asked) continue;
        setLooked((before) => ({ inspection: inspection ?? before.inspection, failed: inspection === null }));
        break;
      }
      asking.current = false;
    };
    void ask();
  }, [key]);
  useEffect(
    () => () => {
      wanted.current = null;
    },
    [],
  );
  return looked;
}
