/** Version of package.json, put in by Vite and Vitest. */
declare const __APP_VERSION__: string;
