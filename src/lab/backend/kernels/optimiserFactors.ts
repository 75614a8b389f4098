/** The numbers of an optimiser's update that change from step to step. */

export interface FactorOptions {
  /** Of this step, already scheduled. */
  learningRate: number;
  /** 1-based step count, for Adam's bias correction. */
  step: number;
  /** Adam's; absent for SGD, which needs no bias correction. */
  betas?: readonly [number, number];
  /** Decoupled weight decay (AdamW); 0 for the coupled kind. */
  decoupledDecay: number;
}

/** baseⁿ by multiplication: `Math.pow` differs in its last bits between JavaScript engines. */
function power(base: number, n: number): number {
  if (n <= 0) return 1;
  const half = power(base, Math.floor(n / 2));
  return n % 2 === 0 ? half * half : half * half * base;
}

/**
 * rate, rootScale and keep of one member in p ← keep·p − rate·m / (rootScale·√v + ε), the bias corrections included
 * (SGD: p ← p − rate·v).
 */
export function optimiserFactors({ learningRate, step, betas, decoupledDecay }: FactorOptions): [number, number, number] {
  const [beta1, beta2] = betas ?? [0, 0];
  return [learningRate / (1 - power(beta1, step)), 1 / Math.sqrt(1 - power(beta2, step)), 1 - learningRate * decoupledDecay];
}
