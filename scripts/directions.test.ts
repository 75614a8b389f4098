import { describe, expect, it } from 'vitest';
import { checkFile, importsOf, LONGEST_FILE } from './directions.mjs';

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
