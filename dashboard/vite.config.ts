import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The SDK's modules only declare: what a page does not use of them may be left out. */
const treeshake = { moduleSideEffects: (id: string) => !/[\\/]sdk[\\/]src[\\/]/.test(id) };

export default defineConfig({
  // relative, so that the build can be served from any path
  base: './',
  plugins: [react()],
  build: { target: 'es2022', rolldownOptions: { treeshake }, chunkSizeWarningLimit: 1_000 },
  worker: { format: 'es', rolldownOptions: { treeshake } },
  server: { host: '127.0.0.1' },
});
