/** A Python with PyTorch, for tests. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Debian's, which has python3-torch, unless another one is named. */
export const PYTHON = process.env.PYTHON ?? (existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3');
export const hasTorch = spawnSync(PYTHON, ['-c', 'import torch']).status === 0;
export const WITHOUT_TORCH = `${PYTHON} has no torch, so that exported scripts are not held against the lab: apt-get install python3-torch, or name another one in PYTHON`;
