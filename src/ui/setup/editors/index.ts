/** Everything that opens to be edited: one piece, fetched once the page stands (`useEditors.ts`). */
export { ArmEditor } from './ArmEditor.tsx';
export { Fields } from '../fields/Fields.tsx';
export { GuideEditor } from './GuideEditor.tsx';
export { RecipeList } from './RecipeList.tsx';
export { ObservedFields } from './ObservedFields.tsx';
export { PairsTable } from './PairsTable.tsx';
export { NetworkEditor } from './NetworkEditor.tsx';
export { trainingFields } from './specs.ts';
export { TaskEditor } from './TaskEditor.tsx';
