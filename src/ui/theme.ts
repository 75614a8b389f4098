/** Mantine in the colours of `theme.css`: small, quiet, with tabular numbers. */
import { createTheme, type CSSVariablesResolver, defaultVariantColorsResolver, type MantineColorsTuple, type VariantColorsResolver } from '@mantine/core';

/** Index 6 is the accent in light, 4 in dark (as in theme.css). */
const accent: MantineColorsTuple = ['#eef3fb', '#dbe7fa', '#b7cdf4', '#92b6f6', '#6ea0f5', '#4880e0', '#2563c9', '#1e54ad', '#19468f', '#133671'];

/** Mantine's dark greys in the cooler tone of theme.css. */
const dark: MantineColorsTuple = ['#e9eaec', '#c3c7cd', '#9aa0a8', '#6d737c', '#33373e', '#2f3339', '#2a2d33', '#1b1d21', '#17191c', '#131417'];

/** Mantine chooses the ink on the accent for light colours only; `--on-accent` is right in both. */
const inkOnAccent: VariantColorsResolver = (input) => {
  const colours = defaultVariantColorsResolver(input);
  const accented = input.variant === 'filled' && (input.color ?? input.theme.primaryColor) === 'accent';
  return accented ? { ...colours, color: 'var(--on-accent)' } : colours;
};

export const theme = createTheme({
  variantColorResolver: inkOnAccent,
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 4 },
  colors: { accent, dark },
  autoContrast: true,
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  // In rem: type grows with the window (theme.css).
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.1875rem' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '0.9375rem', lineHeight: '1.4' }, h2: { fontSize: '0.8125rem', lineHeight: '1.4' } },
  },
  defaultRadius: 'md',
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Paper: { defaultProps: { radius: 'lg' } },
    Button: { defaultProps: { size: 'xs', variant: 'default' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Tooltip: {
      defaultProps: {
        multiline: true,
        maw: 280,
        openDelay: 350,
        withArrow: true,
        events: { hover: true, focus: true, touch: true },
      },
    },
    // Popovers that hold an editor trap the focus; lists that open from a field must not: they have none to take.
    Popover: { defaultProps: { shadow: 'md', withArrow: true, arrowSize: 10, returnFocus: true } },
    Menu: { defaultProps: { shadow: 'md', withInitialFocusPlaceholder: false } },
    // The hint below the field, so that fields side by side stand level.
    InputWrapper: {
      defaultProps: { size: 'xs', inputWrapperOrder: ['label', 'input', 'error', 'description'] },
      styles: { label: { fontSize: '0.7875rem' }, description: { fontSize: '0.6875rem', lineHeight: 1.35 }, error: { fontSize: '0.75rem' } },
    },
    InlineInput: { styles: { description: { fontSize: '0.6875rem', marginTop: 2 } } },
    TextInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', allowDeselect: false } },
    NativeSelect: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
  },
});

const shared = {
  '--mantine-color-body': 'var(--panel)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--mute)',
  '--mantine-color-placeholder': 'var(--mute)',
  '--mantine-color-default': 'var(--panel)',
  '--mantine-color-default-border': 'var(--line)',
  '--mantine-color-error': 'var(--bad)',
};

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared });
