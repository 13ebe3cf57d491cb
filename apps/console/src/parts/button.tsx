import type { ComponentProps } from 'react';
import { classes } from './classes.js';
import style from './button.module.css';

type Look = 'primary' | 'plain' | 'quiet' | 'danger';

export type ButtonProps = ComponentProps<'button'> & { look?: Look; isSmall?: boolean };

export const Button = ({ look = 'plain', isSmall = false, className, ...rest }: ButtonProps) => (
  <button type="button" className={classes(style.button, style[look], isSmall && style.small, className)} {...rest} />
);

/** A button that shows a sign only; its name is said and shown as a tip. */
export const IconButton = ({ label, className, ...rest }: ComponentProps<'button'> & { label: string }) => (
  <button
    type="button"
    aria-label={label}
    title={label}
    className={classes(style.button, style.quiet, style.icon, className)}
    {...rest}
  />
);
