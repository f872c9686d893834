// Builds the app into the server's package, so that one wheel carries both.
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

const SERVER = 'http://127.0.0.1:8765'

const PAGE = decodeURIComponent(new URL('index.html', import.meta.url).pathname)
type Graph = { getModuleInfo: (id: string) => { importedIds: readonly string[] } | null }
let first: Set<string> | undefined

/** The modules that a chain of plain imports leads to from `entry`. */
function reached(entry: string, graph: Graph): Set<string> {
  const found = new Set([entry])
  for (const id of found) for (const next of graph.getModuleInfo(id)?.importedIds ?? []) found.add(next)
  return found
}

/** One chunk of all that the first screen is made of: it packs better than the ten that sharing would cut it into. */
const FIRST = {
  debugName: 'first',
  name: (id: string, graph: Graph) => ((first ??= reached(PAGE, graph)).has(id) ? 'first' : null),
}

/** The open sections of the Taste page come together: they are all shown at once. */
const TASTE = { name: 'taste', test: /\/src\/(lib\/)?taste\/(?!heads|Heads?\.|Carry|[sS]haring|[vV]ersus)|\/TastePage\.svelte/ }

/** The player's sheets come together with what is needed once something plays. */
const PLAYER = { name: 'player', test: /\/src\/player\/(?!Output|AddTo|Edit|Words|ItemMenu)|\/(Queue|MiniPlayer)\.svelte/ }

/** A text that is open comes with all that can be done with it. */
const READER = { name: 'reader', test: /\/src\/reader\// }

/** What lists of items are made of comes together: their styles pack better than one by one. */
const LISTS = { name: 'lists', test: /\/src\/library\/(?!Filter)/ }

/** What can do nothing without the house: not kept beforehand, only once it was opened. */
const ONLINE = ['AddTo', 'AskIn', 'Audit', 'Carry', 'Confirm', 'Devices', 'Edit', 'Egress', 'Feeds', 'Guessed', 'Heads', 'Highlights', 'History', 'ItemMenu', 'Knock', 'LeftOver', 'Listening', 'Map', 'Models', 'Nine', 'Original', 'Output', 'People', 'PlaylistPage', 'Playlists', 'Save', 'Search', 'Security', 'Sharing', 'Similar', 'SourcePage', 'Steer', 'Teach', 'Versus', 'Welcome', 'Why', 'Words', 'feeds', 'saving', 'versus']

export default defineConfig({
  plugins: [
    svelte(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.ts',
      registerType: 'prompt',
      injectRegister: false,
      // The larger icons are fetched by the system when it installs the app.
      includeManifestIcons: false,
      injectManifest: { globPatterns: ['**/*.{js,css,html,svg}', 'icons/icon-192.png'], globIgnores: [`assets/{${ONLINE}}-*`] },
      manifest: {
        id: '/',
        name: 'Anagnorisis',
        short_name: 'Anagnorisis',
        description: 'The music, pictures and texts of your house, in the order you would choose.',
        start_url: '/?src=pwa',
        scope: '/',
        display: 'standalone',
        background_color: '#faf6ef',
        theme_color: '#faf6ef',
        categories: ['music', 'photo', 'books'],
        icons: [
          { src: '/icons/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icons/icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: '/icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
        share_target: { action: '/save', method: 'GET', params: { title: 'title', text: 'text', url: 'url' } },
        shortcuts: [
          { name: 'Teach me', url: '/teach' },
          { name: 'Library', url: '/library' },
        ],
      },
    }),
  ],
  build: {
    outDir: '../server/anagnorisis/ui',
    emptyOutDir: true,
    target: ['es2022', 'safari16.4'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { output: { codeSplitting: { groups: [FIRST, TASTE, PLAYER, READER, LISTS] } } },
    // The licences of what is bundled travel with the app.
    license: { fileName: 'licenses.md' },
  },
  server: { proxy: { '/api': SERVER, '/media': SERVER } },
})
