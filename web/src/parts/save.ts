/** Gives the person a file. */
export function save(text: string, file: string): void {
  const url = URL.createObjectURL(new Blob([text]));
  const link = document.createElement('a');
  link.href = url;
  link.download = file;
  link.click();
  // The download has begun with the click.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
