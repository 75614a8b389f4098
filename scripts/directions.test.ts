import { describe, expect, it } from 'vitest';
import { checkCircles, checkFile, circles, importsOf, LONGEST_FILE } from './directions.mjs';

describe('importsOf', () => {
  it('finds static, type, re-exported and dynamic imports', () => {
    const text = `import type { A } from './a.ts';\nimport './b.css';\nexport * from './c.ts';\nconst d = () => import('./d.ts');\n`;
    expect(importsOf('x.ts', text).sort()).toEqual(['./a.ts', './b.css', './c.ts', './d.ts']);
  });
});

describe('checkFile', () => {
  const forbidden: [string, string][] = [
    ['ui/run/Panel.tsx', `import { createLab } from '../../lab/lab.ts';`],
    ['ui/run/Panel.tsx', `import * as tf from '@tensorflow/tfjs-core';`],
    ['ui/run/Panel.tsx', `const tf = () => import('@tensorflow/tfjs-core');`],
    ['ui/run/Panel.tsx', `import { createWorkerLab } from '@/worker/client.ts';`],
    ['lab/lab.ts', `import { store } from '../state/store.ts';`],
    ['lab/lab.ts', `import { useState } from 'react';`],
    ['lab/lab.ts', `const width = document.body.clientWidth;`],
    ['worker/client.ts', `import { createLab } from '../lab/lab.ts';`],
    ['experiment/schema.ts', `import { mean } from '../stats/mean.ts';`],
    ['stats/mean.ts', `import { z } from 'zod';`],
    ['state/store.ts', `import type { Group } from '../lab/training/group.ts';`],
    ['elsewhere/file.ts', `export {};`],
    ['lab/guidance/guide.ts', `import type { Group } from '../training/group.ts';`],
    ['lab/similarity/cka.ts', `import { createLab } from '../lab.ts';`],
    ['lab/nowhere/file.ts', `import { stream } from '../random/stream.ts';`],
  ];
  it.each(forbidden)('refuses in %s: %s', (path, text) => {
    expect(checkFile(path, text)).toHaveLength(1);
  });

  const allowed: [string, string][] = [
    ['ui/run/Panel.tsx', `import { useRun } from '@/state/run.ts';\nimport { Button } from '@mantine/core';\nimport './panel.css';`],
    ['state/run.ts', `import { createWorkerLab } from '../worker/client.ts';`],
    ['worker/worker.ts', `import { createLab } from '../lab/lab.ts';`],
    ['worker/client.ts', `const make = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });`],
    ['lab/lab.ts', `import * as tf from '@tensorflow/tfjs-core';\n// the document. and window. of the page are not here`],
    ['lab/training/group.ts', `import { cka } from '../similarity/cka.ts';`],
    ['lab/tasks/images/task.ts', `import type { Task } from '../shared/types.ts';`],
    ['lab/lab.test.ts', `import { readFileSync } from 'node:fs';`],
    ['stats/mean.test.ts', `import { stream } from '../lab/random/stream.ts';`],
  ];
  it.each(allowed)('accepts in %s: %s', (path, text) => {
    expect(checkFile(path, text)).toEqual([]);
  });

  it('refuses a file that is too long', () => {
    expect(checkFile('stats/long.ts', '\n'.repeat(LONGEST_FILE))).toEqual([expect.stringContaining('split it')]);
  });
});

describe('circles', () => {
  it('finds sets of nodes that reach each other, and nothing else', () => {
    const graph = new Map(Object.entries({ a: ['b'], b: ['c', 'd'], c: ['a'], d: ['e'], e: [], f: ['a', 'e'] }).map(([k, v]) => [k, new Set(v)]));
    expect(circles(graph)).toEqual([['a', 'b', 'c']]);
  });

  it('sees types, and leaves tests out', () => {
    const files = [
      { path: 'stats/a.ts', text: `import type { B } from './b.ts';` },
      { path: 'stats/b.ts', text: `export { a } from './a.ts';` },
      { path: 'stats/c.ts', text: '' },
      { path: 'stats/c.test.ts', text: `import './c.ts';` },
    ];
    expect(checkCircles(files)).toEqual(['files import each other in a circle: stats/a.ts, stats/b.ts']);
  });

  it('sees folders that use each other by different files', () => {
    const files = [
      { path: 'lab/a/one.ts', text: `import '../b/one.ts';` },
      { path: 'lab/b/two.ts', text: `import '../a/two.ts';` },
    ];
    expect(checkCircles(files)).toEqual(['folders import each other in a circle: lab/a, lab/b']);
  });
});
