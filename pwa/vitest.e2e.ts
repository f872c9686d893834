// Runs tests/e2e: a real browser against a real server, one file after the other.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { dedupe: ['vitest', 'playwright-core', 'axe-core'] },
  server: { fs: { allow: ['..'] } },
  test: {
    include: ['../tests/e2e/**/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
  },
})
