/** The two rembgs, by the name of their requirements file, and how each warps and resizes. */
export const PEERS = [
  { name: 'post', warp: 'opencv-linear', resample: 'pillow-lanczos' },
  { name: 'newest', warp: 'scipy-linear', resample: 'pillow13-lanczos' },
];
