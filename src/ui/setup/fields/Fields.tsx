import type { CSSProperties } from 'react';
import { type Choice, ChoiceField } from './ChoiceField.tsx';
import classes from './fields.module.css';
import { LogField } from './LogField.tsx';
import { NumberField } from './NumberField.tsx';

/** One row of a table of settings: where it is in the experiment, and in what words it is edited. */
export type FieldSpec = { path: string; label: string; hint: string } & (
  | {
      kind: 'number';
      step?: number;
      /** What is odd about the value, and what to do: shown in the hint's place. */
      warning?: string;
      /** What the field stands for where the experiment leaves it out. */
      absent?: number;
      /** Percents are read, too. */
      share?: boolean;
    }
  | { kind: 'log'; from: number; to: number }
  | {
      kind: 'choice';
      choices: readonly Choice[];
      absent?: string;
      discriminator?: string;
      list?: boolean;
      keyOf?: (value: unknown) => string;
    }
);

function OneField({ spec, path }: { spec: FieldSpec; path: string }) {
  const common = { path, label: spec.label, hint: spec.hint };
  switch (spec.kind) {
    case 'number':
      return <NumberField {...common} step={spec.step} warning={spec.warning} absent={spec.absent} share={spec.share} />;
    case 'log':
      return <LogField {...common} from={spec.from} to={spec.to} />;
    case 'choice':
      return <ChoiceField {...common} choices={spec.choices} absent={spec.absent} discriminator={spec.discriminator} keyOf={spec.keyOf} list={spec.list} />;
  }
}

interface FieldsProps {
  specs: readonly FieldSpec[];
  /** Where the paths of `specs` start, e.g. `arms.guided.terms.align`. */
  root?: string;
  /** Least width of a column in pixels. */
  width?: number;
}

/** A table of settings as a grid of controls. */
export function Fields({ specs, root, width }: FieldsProps) {
  return (
    <div className={classes.grid} style={width ? ({ '--field-width': `${width}px` } as CSSProperties) : undefined}>
      {specs.map((spec) => {
        const path = root ? `${root}.${spec.path}` : spec.path;
        return <OneField key={`${spec.kind} ${path}`} spec={spec} path={path} />;
      })}
    </div>
  );
}
