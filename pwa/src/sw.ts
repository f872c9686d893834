// The service worker: the app's own files, those that need the house once they were opened, and a small shelf of thumbnails. Never /api, never a stream.
import { ExpirationPlugin } from 'workbox-expiration'
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { CacheFirst } from 'workbox-strategies'
import { PARTS, THUMBNAILS } from './lib/caches'

declare const self: {
  __WB_MANIFEST: PrecacheEntry[]
  skipWaiting(): Promise<void>
  addEventListener(type: 'message', run: (event: MessageEvent<{ type?: string }>) => void): void
}

const THUMBNAILS_KEPT = 400
const PARTS_KEPT = 60

precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()

const SERVER_OWN = [/^\/(api|media)\//, /^\/(hello|health|metrics)$/, /^\/install\b/]
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html'), { denylist: SERVER_OWN }))

// A name with a digest in it never changes what it stands for; what newer apps no longer name falls out of the shelf.
registerRoute(
  ({ url, request }) => request.method === 'GET' && url.pathname.startsWith('/assets/'),
  new CacheFirst({
    cacheName: PARTS,
    plugins: [new ExpirationPlugin({ maxEntries: PARTS_KEPT, purgeOnQuotaError: true })],
  }),
)

registerRoute(
  ({ url, request }) => request.method === 'GET' && /^\/media\/[0-9a-f]{32}\/(small|medium)\.webp$/.test(url.pathname),
  new CacheFirst({
    cacheName: THUMBNAILS,
    plugins: [new ExpirationPlugin({ maxEntries: THUMBNAILS_KEPT, purgeOnQuotaError: true })],
  }),
)

self.addEventListener('message', (event) => {
  if (event.data?.type === 'SKIP_WAITING') void self.skipWaiting()
})
