/** What a caller hears while a model file is fetched. */
export type PullEvent =
  | {
      readonly kind: 'download';
      readonly name: string;
      readonly receivedBytes: number;
      readonly totalBytes: number | undefined;
    }
  /** A source failed and the next mirror is tried. */
  | {
      readonly kind: 'source-failed';
      readonly name: string;
      readonly source: string;
      readonly reason: string;
    };

export type OnProgress = (event: PullEvent) => void;
