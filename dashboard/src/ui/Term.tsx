import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { TERMS } from './terms.ts';
import type { TermName } from './terms.ts';

/** A word with its meaning: on hover, focus and touch. */
export function Term({ name, children }: { name: TermName; children: ReactNode }) {
  return (
    <Tooltip
      label={TERMS[name]}
      multiline
      w={260}
      events={{ hover: true, focus: true, touch: true }}
      withArrow
      openDelay={150}
    >
      <button type="button" className="term">
        {children}
      </button>
    </Tooltip>
  );
}
