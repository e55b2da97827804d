import { TextInput } from '@mantine/core';

interface NumberFieldProps {
  readonly label: string;
  readonly value: number | string;
  /** Told what is written, which need not be a number yet. */
  readonly onChange: (text: string) => void;
  readonly step: number;
  readonly min?: number;
  readonly w?: number;
}

/** A number that is typed, or stepped with the arrow keys; the browser's own, for Mantine's weighs ten kilobytes. */
export function NumberField({ onChange, ...field }: NumberFieldProps) {
  return (
    <TextInput
      {...field}
      type="number"
      inputMode="decimal"
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
