/** Fields on the page that hold an entry which was refused: what they show is not what Run would run. */
import { create } from 'zustand';

interface RefusedState {
  /** Names of the fields as the page shows them, first refused first. */
  fields: readonly string[];
}

export const useRefused = create<RefusedState>(() => ({ fields: [] }));

/** Name a field until what is returned is called: its entry was corrected or given up, or its editor has closed. */
export function holdRefused(name: string): () => void {
  useRefused.setState(({ fields }) => ({ fields: [...fields, name] }));
  return () => {
    useRefused.setState(({ fields }) => ({ fields: fields.toSpliced(fields.indexOf(name), 1) }));
  };
}
