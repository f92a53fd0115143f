export declare const PEERS: readonly {
  readonly name: string;
  readonly warp: string;
  readonly resample: string;
}[];
