// The service worker: the app's own files, those that need the house once they were opened, and a small shelf of thumbnails. Never /api, never a stream.
import { ExpirationPlugin } from 'workbox-expiration'
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { CacheFirst } from 'workbox-strategies'
import { PARTS, SHELF, THUMBNAILS } from './lib/caches'
import { aboutAt, answered, pieceAt, type About } from './lib/pieces'

declare const self: {
  __WB_MANIFEST: PrecacheEntry[]
  skipWaiting(): Promise<void>
  addEventListener(type: 'message', run: (event: MessageEvent<{ type?: string }>) => void): void
}

const THUMBNAILS_KEPT = 400
const PARTS_KEPT = 100

precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()

const SERVER_OWN = [/^\/(api|media|kept)\/[0-9a-z]/, /^\/(hello|health|metrics)$/, /^\/install\b/]
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html'), { denylist: SERVER_OWN }))

// A name with a digest in it never changes what it stands for; what newer apps no longer name falls out of the shelf.
registerRoute(
  ({ url, request }) => request.method === 'GET' && url.pathname.startsWith('/assets/'),
  new CacheFirst({
    cacheName: PARTS,
    plugins: [new ExpirationPlugin({ maxEntries: PARTS_KEPT, purgeOnQuotaError: true })],
  }),
)

// What somebody keeps here plays from here; a stream of the house never comes this way.
registerRoute(
  ({ url }) => /^\/kept\/[0-9a-f]{32}$/.test(url.pathname),
  async ({ url, request }) => {
    const id = url.pathname.slice('/kept/'.length)
    const shelf = await caches.open(SHELF)
    const about = (await (await shelf.match(aboutAt(id)))?.json()) as About | undefined
    if (!about) return new Response(null, { status: 404 })
    return answered(about, request.headers.get('range'), async (n) => (await shelf.match(pieceAt(id, n)))?.blob() ?? null)
  },
)
// Texts and large pictures: kept ones when the house does not answer.
registerRoute(
  ({ url, request }) => request.method === 'GET' && /^\/media\/[0-9a-f]{32}\/(text|large\.webp)$/.test(url.pathname),
  async ({ request }) => {
    const kept = await (await caches.open(SHELF)).match(request.url, { ignoreVary: true })
    return kept ?? fetch(request)
  },
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
