declare module 'virtual:texts/*' {
  const catalogue: Record<string, string>;
  export default catalogue;
}
