import type { AssetInfo, GivenFile } from '@/experiment/schema/assets.ts';
import { piece, withPiece } from '../pieces.ts';

const TAKING = piece(() => import('./takeFiles.tsx'));
const WHAT = 'The parts that read files';

/** `takeFiles`, fetched when it is needed. */
export const takeFiles = (files: GivenFile[]): void => withPiece(TAKING, WHAT, (taking) => void taking.takeFiles(files));

/** `putToUse`, fetched when it is needed. */
export const putToUse = (asset: AssetInfo): void => withPiece(TAKING, WHAT, (taking) => void taking.putToUse(asset));
