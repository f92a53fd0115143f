# Maskbench without and with CUDA (docs/gpu.md):
#
#   docker build --target cpu -t maskbench .
#   docker build --target cuda -t maskbench:cuda .
#   docker run --rm --gpus all -v maskbench-cache:/cache -v "$PWD:/work" maskbench:cuda devices
ARG BASE=node:22-bookworm-slim

FROM ${BASE} AS package
WORKDIR /source
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run -s package && mv maskbench-*.tgz /maskbench.tgz

FROM ${BASE} AS cpu
COPY --from=package /maskbench.tgz /opt/maskbench.tgz
# ONNX Runtime is no dependency of the package: it stands beside it, without what belongs to other systems.
RUN npm install --prefix /opt/maskbench --ignore-scripts --omit=dev --no-audit --no-fund \
      /opt/maskbench.tgz onnxruntime-node@1.30.0 @aws-sdk/client-s3@3.1175.0 \
    && rm -rf /opt/maskbench.tgz /opt/maskbench/node_modules/onnxruntime-node/bin/napi-v6/darwin \
      /opt/maskbench/node_modules/onnxruntime-node/bin/napi-v6/win32 \
    && npm cache clean --force \
    && ln -s /opt/maskbench/node_modules/.bin/maskbench /usr/local/bin/maskbench \
    && mkdir /cache /work && chown 1000:1000 /cache /work
ENV MASKBENCH_CACHE=/cache
# 1000 is the user "node" of the base image; a number, so that a cluster can tell that it is not root.
WORKDIR /work
USER 1000:1000
ENTRYPOINT ["maskbench"]

FROM cpu AS cuda
ARG CUDA=13
USER 0
# pip fetches the libraries, whose sums are pinned, and is not needed afterwards.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends python3-pip \
    && maskbench gpu install --cuda "${CUDA}" \
    && chown -R 1000:1000 /cache \
    && apt-get purge -y --auto-remove python3-pip && rm -rf /var/lib/apt/lists/*
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER 1000:1000
