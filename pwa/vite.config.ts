// Builds the app into the server's package, so that one wheel carries both.
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

const SERVER = 'http://127.0.0.1:8765'

export default defineConfig({
  plugins: [
    svelte(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.ts',
      registerType: 'prompt',
      injectRegister: false,
      injectManifest: { globPatterns: ['**/*.{js,css,html,svg}', 'icons/icon-192.png'] },
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
    // The licences of what is bundled travel with the app.
    license: { fileName: 'licenses.md' },
  },
  server: { proxy: { '/api': SERVER, '/media': SERVER } },
})
