import { fileURLToPath } from 'node:url';
import tailwind from '@tailwindcss/vite';
import { defineConfig } from 'vite';

/** The console is served below `/console`, from files that are built once. Nothing in it comes from elsewhere. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/console/',
  plugins: [tailwind()],
  build: {
    target: 'es2022',
    // An image or a font within a style sheet would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    port: 5173,
    proxy: { '^/(admin|console/session|v1|health|openapi.json)': 'http://127.0.0.1:8080' },
  },
});
