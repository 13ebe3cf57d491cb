import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';
import { classes } from './classes.js';
import style from './menu.module.css';

interface MenuProps {
  trigger: ReactElement;
  side?: 'top' | 'bottom';
  align?: 'start' | 'end';
  children: ReactNode;
}

export const Menu = ({ trigger, side = 'bottom', align = 'end', children }: MenuProps) => (
  <Base.Root>
    <Base.Trigger render={trigger} />
    <Base.Portal>
      <Base.Positioner className={style.positioner} side={side} align={align} sideOffset={6}>
        <Base.Popup className={style.popup}>{children}</Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
);

interface ItemProps {
  icon?: ReactNode;
  hint?: string;
  isDanger?: boolean;
  isDisabled?: boolean;
  onSelect: () => void;
  children: ReactNode;
}

export const MenuItem = ({ icon, hint, isDanger = false, isDisabled = false, onSelect, children }: ItemProps) => (
  <Base.Item className={classes(style.item, isDanger && style.danger)} disabled={isDisabled} onClick={onSelect}>
    {icon}
    {children}
    {hint !== undefined && <span className={style.hint}>{hint}</span>}
  </Base.Item>
);

export const MenuSeparator = () => <Base.Separator className={style.separator} />;

export const MenuGroup = ({ label, children }: { label: ReactNode; children: ReactNode }) => (
  <Base.Group>
    <Base.GroupLabel className={style.label}>{label}</Base.GroupLabel>
    {children}
  </Base.Group>
);
