/**
 * Adds the cross-origin isolation headers where a host cannot: browsers give WebAssembly threads to isolated pages
 * only. Registered by src/isolation.ts. It stores nothing, so there is nothing here that could become stale.
 */
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return;
  // Chromium's developer tools ask so; such a request may not be repeated from here.
  if (request.cache === 'only-if-cached' && request.mode !== 'same-origin') return;
  event.respondWith(
    fetch(request).then((response) => {
      // Opaque and redirected answers cannot be rebuilt; the browser follows redirects of a page itself.
      if (response.type === 'opaque' || response.type === 'opaqueredirect') return response;
      const headers = new Headers(response.headers);
      headers.set('Cross-Origin-Opener-Policy', 'same-origin');
      headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
      headers.set('Cross-Origin-Resource-Policy', 'same-origin');
      const empty = response.status === 204 || response.status === 205 || response.status === 304;
      return new Response(empty ? null : response.body, { status: response.status, statusText: response.statusText, headers });
    }),
  );
});
