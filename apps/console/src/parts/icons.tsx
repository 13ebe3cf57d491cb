const shape =
  (...paths: string[]) =>
  ({ size = 16 }: { size?: number }) => (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.9"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {paths.map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );

export const HourglassIcon = shape('M7 3h10M7 21h10', 'M8 3v4l4 5 4-5V3', 'M8 21v-4l4-5 4 5v4');
export const PersonIcon = shape(
  'M12 11.500a4 4 0 1 0 0-8 4 4 0 0 0 0 8z',
  'M4.500 20.500c.9-3.600 3.900-5.500 7.500-5.500s6.600 1.900 7.500 5.500',
);
export const PeopleIcon = shape(
  'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z',
  'M2.500 20c.7-3.300 3.300-5 6.500-5s5.800 1.700 6.500 5',
  'M16 4.300a3.500 3.500 0 0 1 0 6.400M18 15.400c1.900.8 3.100 2.300 3.500 4.600',
);
export const BotIcon = shape(
  'M6.500 8h11A2.500 2.500 0 0 1 20 10.500v6a2.500 2.500 0 0 1-2.500 2.500h-11A2.500 2.500 0 0 1 4 16.500v-6A2.500 2.500 0 0 1 6.500 8z',
  'M12 8V4.500M12 4.500h.01M9 13v1M15 13v1',
);
export const ClosedIcon = shape('M4 7.500h16M6 7.500V19h12V7.500', 'M9.500 11.500h5', 'M5 4h14l1 3.500H4z');
export const SearchIcon = shape(
  'M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13z',
  'M15.500 15.500L20.500 20.500',
);
export const BackIcon = shape('M19 12H5M11 6l-6 6 6 6');
export const SendIcon = shape('M12 19V5M6 11l6-6 6 6');
export const NoteIcon = shape('M5 4h14v10l-5 6H5z', 'M19 14h-5v6', 'M8.500 8.500h7M8.500 12h4');
export const WhisperIcon = shape('M4 5h16v11H11l-4 4v-4H4z', 'M8.500 10.500h.01M12 10.500h.01M15.500 10.500h.01');
export const HandIcon = shape('M4 12h13', 'M12 6l6 6-6 6', 'M21 4v16');
export const TakeIcon = shape('M20 12H7', 'M12 18l-6-6 6-6', 'M3 4v16');
export const MoreIcon = shape('M5.500 11.500h1v1h-1zM11.500 11.500h1v1h-1zM17.500 11.500h1v1h-1z');
export const InfoIcon = shape('M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z', 'M12 11v5M12 8h.01');
export const CloseIcon = shape('M6 6l12 12M18 6L6 18');
export const DownIcon = shape('M12 5v14M6 13l6 6 6-6');
export const WarningIcon = shape('M12 4L2.500 20h19z', 'M12 10v4.500M12 17.300h.01');
export const ToolIcon = shape(
  'M14.500 6.500a4 4 0 0 0-5.300 5l-5.700 5.700 2.300 2.300 5.700-5.700a4 4 0 0 0 5-5.300l-2.500 2.500-2-2z',
);
export const ScissorsIcon = shape(
  'M6 8.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM6 20.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  'M20 5L8 16.500M20 19L8 7.500',
);
export const BellIcon = shape('M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15z', 'M10 21h4');
export const BellOffIcon = shape('M6 16V11a6 6 0 0 1 9-5.200M18 11v5l1.500 2h-12', 'M10 21h4M4 4l16 16');
export const KeyboardIcon = shape('M3 6.500h18v11H3z', 'M7 10.500h.01M11 10.500h.01M15 10.500h.01M8 14.500h8');
export const SignOutIcon = shape('M14 4H5v16h9', 'M10 12h11M17 8l4 4-4 4');
export const ListIcon = shape('M4 6h16M4 12h16M4 18h16');
export const CheckIcon = shape('M5 12.500l4.500 4.500L19 7.500');
export const OfflineIcon = shape(
  'M3 3l18 18',
  'M5 12.500a10 10 0 0 1 4-2.400M19 12.500a10 10 0 0 0-5-2.700M8.500 16a5 5 0 0 1 6.500-.3M12 19.500h.01',
);
export const DevicesIcon = shape('M4 5h16v10H4z', 'M8 19h8M12 15v4');
export const ReopenIcon = shape('M4 12a8 8 0 1 0 2.500-5.800', 'M4 4v4.500h4.500');
