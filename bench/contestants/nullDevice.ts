import { serve } from './dawn.ts';

// What loads this module takes it down when it has been loaded, and with it every import that is still to come.
await serve();
