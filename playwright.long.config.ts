import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

/** `npm run test:long`: what takes an hour. */
export default defineConfig({
  ...base,
  timeout: 90 * 60_000,
  projects: [{ ...base.projects?.[0], name: 'long', testMatch: /\.long\.spec\.ts$/, testIgnore: [] }],
});
