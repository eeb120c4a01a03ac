export function readQueries(): { number: number; title: string; sql: string }[];
