/**
 * The two rembgs, by the name of their requirements file, and how each warps and resizes.
 *
 * @typedef {{ readonly name: string, readonly warp: string, readonly resample: string }} Peer
 * @type {readonly Peer[]}
 */
export const PEERS = [
  { name: 'post', warp: 'opencv-linear', resample: 'pillow-lanczos' },
  { name: 'newest', warp: 'scipy-linear', resample: 'pillow13-lanczos' },
];

/**
 * For real weights also the first of them on this project's engine: engines round differently, and that is no feeding.
 *
 * @type {readonly Peer[]}
 */
export const REAL_PEERS = [...PEERS, { ...PEERS[0], name: 'post-engine' }];
