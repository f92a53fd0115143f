/** 8-bit grey raster: `data[y * width + x]`, row-major. A matte, a mask (0 or 1), or a ground truth. */
export interface GrayImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A ground truth, and the pixels of it that count nowhere: 1 each, as large as the raster; absent where there are none. */
export interface MaskImage extends GrayImage {
  readonly ignore?: Uint8Array;
}

/** 8-bit RGB raster, interleaved: `data[(y * width + x) * 3 + channel]`. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
