/** What was looked at. `warning` does not keep anything from working; `skipped` could not be looked at. */
export interface Check {
  readonly name: string;
  readonly result: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What was found and, where it is not ok, what to do. One line. */
  readonly message: string;
}

export const ok = (name: string, message: string): Check => ({ name, result: 'ok', message });
export const warning = (name: string, message: string): Check => ({ name, result: 'warning', message });
export const failed = (name: string, message: string): Check => ({ name, result: 'failed', message });
export const skipped = (name: string, message: string): Check => ({ name, result: 'skipped', message });
