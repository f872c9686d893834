// Runs the unit tests of tests/pwa; their packages are those of this folder.
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [svelte()],
  resolve: { dedupe: ['vitest', 'fake-indexeddb', 'idb', 'svelte'], conditions: ['browser'] },
  server: { fs: { allow: ['..'] } },
  test: { include: ['../tests/pwa/**/*.test.ts'], environment: 'node' },
})
