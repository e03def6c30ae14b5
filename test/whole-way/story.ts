/** What happens, as people read it: one line a step, with the seconds since the beginning. */
export class Story {
  private beganMs = 0;

  begin(who: string, what: string): void {
    this.beganMs = Date.now();
    console.log('');
    this.tell(who, what);
  }

  tell(who: string, what: string, at: string | number = Date.now()): void {
    console.log(
      `${((new Date(at).getTime() - this.beganMs) / 1000).toFixed(1).padStart(6)} s  ${who.padEnd(17)} ${what}`,
    );
  }
}
