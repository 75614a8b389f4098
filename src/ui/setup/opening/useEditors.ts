import { piece, usePiece } from '@/ui/pieces.ts';

export type Editors = typeof import('../editors/index.ts');

const EDITORS = piece<Editors>(() => import('../editors/index.ts'));

/** @returns the editors once they are there, and what does something as soon as they are */
export function useEditors(): { editors: Editors | null; withEditors: (then: () => void) => void } {
  const [editors, withEditors] = usePiece(EDITORS, 'The editors');
  return { editors, withEditors };
}
