/** A wheel: a zip archive that Python's package client fetches, whose libraries need no Python. */
export interface PinnedWheel {
  /** Name, version and tags in the one way that wheels are called (`name-version-python-abi-platform.whl`). */
  readonly file: string;
  readonly sha256: string;
  /** Of the archive, and of what is kept of it. */
  readonly bytes: number;
  readonly keptBytes: number;
}

/** Everything that ONNX Runtime's CUDA provider needs beyond the driver. */
export interface GpuSet {
  /** The first number of the oldest driver that runs it. */
  readonly leastDriver: number;
  /** Where the provider itself comes from. NuGet publishes no hash that could be pinned here. */
  readonly provider: PinnedWheel | 'nuget';
  /** NVIDIA's libraries, the small ones first. */
  readonly libraries: readonly PinnedWheel[];
}

export const CUDA_MAJORS = [13, 12] as const;
export type CudaMajor = (typeof CUDA_MAJORS)[number];

/**
 * By CUDA's major version, the newest first. The provider must be of the same version as ONNX Runtime itself. The least drivers
 * are those of NVIDIA's table of minor version compatibility.
 */
export const GPU_SETS: Readonly<Record<CudaMajor, GpuSet>> = {
  13: {
    leastDriver: 580,
    provider: {
      file: 'onnxruntime_gpu-1.30.0-cp312-cp312-manylinux_2_28_x86_64.whl',
      sha256: '6acc0f4b3d5ac5f2984432faa59dd8fcce6775f8b43a7140afa0f322c7a703b1',
      bytes: 246_685_715,
      keptBytes: 273_394_353,
    },
    libraries: [
      {
        file: 'nvidia_cuda_runtime-13.5.37-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
        sha256: 'df2b79a8852f10d1fef8c848489c49eebb5754051bf870202a862831412b179d',
        bytes: 2_504_024,
        keptBytes: 865_982,
      },
      {
        file: 'nvidia_nvjitlink-13.5.37-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
        sha256: '280d7cb9649704145f074b8dbde500de04ce02d0872e066e20a83c17bcaa93eb',
        bytes: 46_642_491,
        keptBytes: 117_306_726,
      },
      {
        file: 'nvidia_cuda_nvrtc-13.5.37-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
        sha256: '86b4d68058807988b7d9af5b44917a0601e9c337f35ccd657bfb3c759ff8d8bc',
        bytes: 58_185_930,
        keptBytes: 148_491_222,
      },
      {
        file: 'nvidia_curand-10.4.5.25-py3-none-manylinux_2_27_x86_64.whl',
        sha256: '22bb226a857e5888fe6b54ae465fc4371296bcff13a35f79e19691bcf454f529',
        bytes: 77_113_015,
        keptBytes: 104_919_558,
      },
      {
        file: 'nvidia_cufft-12.5.0.14-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
        sha256: 'b8be26837a5abad2b5b74f3e92dd29f622a42934b355be0961a48712cbba23ad',
        bytes: 165_072_555,
        keptBytes: 239_144_606,
      },
      {
        file: 'nvidia_cublas-13.10.0.20-py3-none-manylinux1_x86_64.manylinux_2_5_x86_64.whl',
        sha256: 'dcc6d63884c53d07e267ce7e6feac17b2538cebaafec5db865736c3e28e4dc84',
        bytes: 444_289_903,
        keptBytes: 609_744_238,
      },
      {
        file: 'nvidia_cudnn_cu13-9.28.1.4-py3-none-manylinux_2_27_x86_64.whl',
        sha256: 'a54f205b1db1f2895d99f398754db1369816f0569dd459731f925635cf7b65ec',
        bytes: 516_817_937,
        keptBytes: 940_131_302,
      },
    ],
  },
  12: {
    leastDriver: 525,
    provider: 'nuget',
    libraries: [
      {
        file: 'nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
        sha256: '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
        bytes: 3_493_179,
        keptBytes: 800_350,
      },
      {
        file: 'nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
        sha256: 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
        bytes: 39_748_338,
        keptBytes: 95_994_606,
      },
      {
        file: 'nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
        sha256: '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
        bytes: 89_568_129,
        keptBytes: 227_400_254,
      },
      {
        file: 'nvidia_curand_cu12-10.3.10.19-py3-none-manylinux_2_27_x86_64.whl',
        sha256: '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
        bytes: 68_295_626,
        keptBytes: 167_024_694,
      },
      {
        file: 'nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
        sha256: 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
        bytes: 200_877_592,
        keptBytes: 293_668_678,
      },
      {
        file: 'nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl',
        sha256: 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
        bytes: 581_217_458,
        keptBytes: 855_123_678,
      },
      {
        file: 'nvidia_cudnn_cu12-9.28.0.42-py3-none-manylinux_2_27_x86_64.whl',
        sha256: '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
        bytes: 716_538_495,
        keptBytes: 1_162_411_646,
      },
    ],
  },
};

/** What is in a wheel's name. */
export interface WheelName {
  /** As registries know it: `nvidia-cublas`. */
  readonly name: string;
  readonly version: string;
  readonly abi: string;
  /** Of several that mean the same the first. */
  readonly platform: string;
}

export function wheelName(file: string): WheelName {
  const [name = '', version = '', , abi = '', platforms = ''] = file.replace(/\.whl$/, '').split('-');
  const [platform = ''] = platforms.split('.');
  return { name: name.replaceAll('_', '-'), version, abi, platform };
}
