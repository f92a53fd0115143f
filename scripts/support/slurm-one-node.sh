#!/usr/bin/env bash
# Starts a real one-node Slurm under DIR for tests, as root, without systemd: munged, slurmctld, slurmd; two made-up GPUs.
# Needs Debian's slurm-wlm and munge. Usage: slurm-one-node.sh up DIR [PORT] | down DIR
# After "up": export SLURM_CONF=DIR/slurm.conf; sbatch --array=1-4%2 ..., squeue, scancel work. Partitions low (default,
# preemptible, requeued) and high (preempts low). Each task sees its GPUs in CUDA_VISIBLE_DEVICES.
set -euo pipefail
dir=$(mkdir -p "$2" && cd "$2" && pwd); host=$(hostname -s); port=${3:-16817}
case $1 in
up)
  mkdir -p "$dir"/{state,spool,log,dev}; chmod 755 "$dir"
  for i in 0 1; do [ -e "$dir/dev/nvidia$i" ] || mknod "$dir/dev/nvidia$i" c 1 3; done
  printf 'Name=gpu Type=a File=%s/dev/nvidia[0-1]\n' "$dir" >"$dir/gres.conf"
  cat >"$dir/slurm.conf" <<C
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=$dir/munge.sock
SlurmUser=root
SlurmdUser=root
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/ctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/log/ctld.log
SlurmdLogFile=$dir/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,requeue_delay=1
GresTypes=gpu
ReturnToService=2
JobRequeue=1
KillWait=2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=4 RealMemory=8000 Gres=gpu:a:2 State=UNKNOWN
PartitionName=low Nodes=$host Default=YES MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=REQUEUE
PartitionName=high Nodes=$host MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
C
  [ -f "$dir/munge.key" ] || (umask 077; head -c 1024 /dev/urandom >"$dir/munge.key")
  munged --force --key-file="$dir/munge.key" --socket="$dir/munge.sock" --pid-file="$dir/munge.pid" --log-file="$dir/log/munged.log" --seed-file="$dir/munge.seed"
  export SLURM_CONF="$dir/slurm.conf"
  slurmctld -f "$SLURM_CONF"; slurmd -f "$SLURM_CONF"
  for _ in $(seq 60); do sinfo -h -o %t 2>/dev/null | grep -q idle && { echo "export SLURM_CONF=$SLURM_CONF"; exit 0; }; sleep 0.5; done
  echo "slurm did not come up; see $dir/log" >&2; exit 1 ;;
down)
  pids=; for f in slurmd.pid ctld.pid munge.pid; do [ -f "$dir/$f" ] && pids="$pids $(cat "$dir/$f")"; done
  for pid in $pids; do kill "$pid" 2>/dev/null || true; done
  # They write their state to the last: whoever removes the folder must find nobody at work in it.
  for pid in $pids; do
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || continue 2; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null || true
  done; exit 0 ;;
esac
