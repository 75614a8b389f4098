import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  define: { __APP_VERSION__: JSON.stringify('test') },
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'cli/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
    // Nothing here takes long, but a host may be slow, and busy with something else.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Vitest keeps a core to itself, which on two doubles the time; the labs in these tests run on one thread each.
    maxWorkers: availableParallelism(),
  },
});
