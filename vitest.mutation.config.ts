import { defineConfig } from 'vitest/config';
export default defineConfig({ test: { setupFiles: ['./test/support/seed.ts'], include: ['test/unit/functions/emit-trigger/policy.test.ts', 'test/unit/functions/emit-trigger/episodes.test.ts'] } });
