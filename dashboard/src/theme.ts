import { createTheme } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'teal',
  // white text on it has a contrast of 5 to 1
  primaryShade: 9,
  autoContrast: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  defaultRadius: 'sm',
  focusRing: 'auto',
});
