export declare function u2net(): Buffer;
export declare function isnet(): Buffer;
export declare function isnetAnime(): Buffer;
export declare function birefnet(): Buffer;
export declare function cloth(): Buffer;
export declare function samEncoder(): Buffer;
export declare function samDecoder(): Buffer;
