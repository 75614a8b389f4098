import { IconPencil } from '@tabler/icons-react';
import classes from '../setup.module.css';

/** Says that what stands beside it can be edited. */
export const Pencil = () => <IconPencil size={13} className={classes.pencil} aria-hidden data-tool />;
