/** 8-bit grey raster: `data[y * width + x]`, row-major. A matte, a mask (0 or 1), or a ground truth. */
export interface GrayImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A ground truth as it is read: a matte, and where some of its pixels count nowhere, which. */
export interface TruthImage extends GrayImage {
  /** 1 where a pixel is ignored, else 0; as long as `data`. Absent where there is none. */
  readonly ignore?: Uint8Array;
}

/** 8-bit RGB raster, interleaved: `data[(y * width + x) * 3 + channel]`. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
