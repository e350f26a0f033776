#!/usr/bin/env bash
# Negative controls: with any one of these classes replaced by a wrong one, the simulator must find a broken promise within 1,000 seeds.
# controls.sh [--build] [NAME...]: all, or those named. Exit code 0 if all are red; with --build they are only built, after the solution. What the simulator draws and checks, and how to run a seed:
# dotnet run -c Release --project tests/Simulation -- --help
set -euo pipefail
cd "$(dirname "$0")/Controls"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
seeds=1000
status=0
run=yes
[ "${1:-}" != --build ] || { run=no; shift; }
mkdir -p bin
[ $# -gt 0 ] || set -- */
for name in "$@"; do
  name=${name%/}
  case $name in bin | obj) continue ;; esac
  log=bin/$name.log
  options=(-c Release -o "bin/$name")
  # What only has to compile does so against what the solution's build has left.
  [ $run = yes ] || options=(-c Debug --no-dependencies)
  dotnet build Control.csproj "${options[@]}" -v q -p:Control="$name" >"$log" 2>&1 || { cat "$log"; exit 2; }
  [ $run = yes ] || continue
  dotnet "bin/$name/Streaming.Tests.Simulation.dll" --seeds $seeds --stop-at-first >"$log" 2>&1 || true
  if red=$(grep -m1 '^seed [0-9]*: ' "$log"); then
    echo "$name: red, ${red:0:160}"
  else
    echo "$name: STAYED GREEN for $seeds seeds"
    status=1
  fi
done
exit $status
