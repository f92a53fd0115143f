#!/bin/sh
# A program that Maskbench starts once (docs/programs.md), in shell: hands every picture to the command in its arguments, which
# is called with the picture's file and the matte's. Paths with quotes or backslashes in them need a program in another language.
echo '{"maskbench": 1, "version": "1"}'
while read -r line; do
  id=$(printf %s "$line" | sed 's/.*"id":\([0-9]*\).*/\1/')
  image=$(printf %s "$line" | sed 's/.*"image":"\([^"]*\)".*/\1/')
  matte=$(printf %s "$line" | sed 's/.*"matte":"\([^"]*\)".*/\1/')
  if "$@" "$image" "$matte" </dev/null >&2; then
    echo "{\"id\": $id, \"ok\": true}"
  else
    echo "{\"id\": $id, \"ok\": false, \"message\": \"exit status $?\"}"
  fi
done
