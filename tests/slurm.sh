# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For tests that need a cluster: munged, slurmctld and one slurmd on loopback,
# with their own configuration, key, ports and folders below $tmp. What is
# installed is used; else Debian's packages are fetched and unpacked below $tmp,
# and nothing on this machine is installed, configured or left running.
# After lib.sh:
#
#	slurm_find || skip_all "$slurm_why"
#	slurm_up 4 || skip_all "$slurm_why"	# a node of 4 (pretended) processors
#	sbatch ... squeue ... scontrol ...
#	slurm_down

slurm_why=
slurm_root=

# As Debian names them; its alternatives drop the suffix when it installs them.
slurm_command()
{
	local f

	for f in "$slurm_root"/usr/{sbin,bin}/"$1"-wlm "$slurm_root"/usr/{sbin,bin}/"$1" \
		 /usr/{sbin,bin}/"$1"-wlm; do
		[ -x "$f" ] && { echo "$f"; return 0; }
	done
	PATH=$PATH:/usr/sbin:/sbin command -v "$1"
}

slurm_have()
{
	local c

	for c in munged mungekey slurmctld slurmd slurmstepd sbatch squeue scontrol scancel sinfo; do
		slurm_command $c >/dev/null || return 1
	done
}

slurm_download()
{
	apt-get install --download-only -y -q --no-install-recommends \
		-o Debug::NoLocking=1 -o Dir::Cache::archives="$tmp/debs" -o APT::Sandbox::User=root \
		slurmctld slurmd slurm-client munge >"$tmp/apt.log" 2>&1 </dev/null
}

# What is missing, into a folder: apt only downloads, and needs no lock for it.
slurm_unpack()
{
	local deb

	command -v apt-get >/dev/null || return 1
	mkdir -p "$tmp/debs/partial" "$tmp/slurm"
	# A fresh container has no lists, old ones name what the mirror has dropped.
	slurm_download || { apt-get update -q >/dev/null 2>&1 </dev/null; slurm_download; } || return 1
	for deb in "$tmp"/debs/*.deb; do
		dpkg-deb -x "$deb" "$tmp/slurm" || return 1
	done
	rm -rf "$tmp/debs"
	slurm_root=$tmp/slurm
}

# The commands, first in PATH and under their own names.
slurm_find()
{
	local c lib

	if ! slurm_have && ! { slurm_unpack && slurm_have; }; then
		slurm_why="no Slurm, and its packages did not come: $(tail -n 1 "$tmp/apt.log" 2>/dev/null)"
		return 1
	fi
	mkdir -p "$tmp/slurm.bin"
	for c in munged mungekey slurmctld slurmd slurmstepd sbatch squeue scontrol scancel sinfo; do
		ln -sf "$(slurm_command $c)" "$tmp/slurm.bin/$c"
	done
	export PATH=$tmp/slurm.bin:$PATH
	slurm_plugins=
	for lib in "$slurm_root"/usr/lib/*/; do
		[ -n "$slurm_root" ] || break
		export LD_LIBRARY_PATH=$lib:${lib}slurm-wlm
		slurm_plugins=PluginDir=${lib}slurm-wlm
	done
}

# free_port: one that nobody listens on now.
slurm_port()
{
	local p

	for _ in {1..50}; do
		p=$((20000 + RANDOM % 20000))
		(exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null || { echo $p; return; }
	done
}

# slurm_config CPUS: the node pretends to have them.
slurm_config()
{
	local me

	me=$(id -un)
	# A requeued job waits for cred_expire: 120 s by default.
	cat <<-CONF
	ClusterName=foliofuzz
	SlurmctldHost=localhost(127.0.0.1)
	SlurmctldPort=$(slurm_port)
	SlurmdPort=$(slurm_port)
	SlurmUser=$me
	SlurmdUser=$me
	AuthType=auth/munge
	AuthInfo=socket=$tmp/cluster/munge.socket,cred_expire=5
	CredType=cred/munge
	$slurm_plugins
	StateSaveLocation=$tmp/cluster/state
	SlurmdSpoolDir=$tmp/cluster/spool
	SlurmctldPidFile=$tmp/cluster/slurmctld.pid
	SlurmdPidFile=$tmp/cluster/slurmd.pid
	ProctrackType=proctrack/pgid
	TaskPlugin=task/none
	JobAcctGatherType=jobacct_gather/none
	AccountingStorageType=accounting_storage/none
	SelectType=select/cons_tres
	SelectTypeParameters=CR_CPU
	SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
	MpiDefault=none
	ReturnToService=2
	KillWait=10
	MinJobAge=600
	SlurmdParameters=config_overrides
	NodeName=one NodeHostname=localhost NodeAddr=127.0.0.1 CPUs=$1 RealMemory=2000 State=UNKNOWN
	PartitionName=all Nodes=one Default=YES MaxTime=60 State=UP
	CONF
}

# slurm_wait SECONDS COMMAND...: until it succeeds.
slurm_wait()
{
	local i n=$(($1 * 5))

	shift
	for ((i = 0; i < n; i++)); do
		"$@" && return 0
		sleep 0.2
	done
	return 1
}

slurm_ready()
{
	[ "$(sinfo -h -o %t 2>/dev/null)" = idle ]
}

slurm_up()
{
	local dir=$tmp/cluster

	mkdir -p "$dir/state" "$dir/spool"
	export SLURM_CONF=$dir/slurm.conf
	slurm_config "$1" >"$SLURM_CONF"
	mungekey --create --keyfile="$dir/munge.key"
	# --force: that others can reach the socket is no matter here.
	start munged --foreground --force --key-file="$dir/munge.key" --socket="$dir/munge.socket" \
		--pid-file="$dir/munged.pid" --log-file="$dir/munged.log" --seed-file="$dir/munged.seed" \
		>"$dir/munged.out" 2>&1
	slurm_wait 10 test -S "$dir/munge.socket"
	start slurmctld -D -i -f "$SLURM_CONF" >"$dir/slurmctld.log" 2>&1
	start slurmd -D -N one -d "$tmp/slurm.bin/slurmstepd" -f "$SLURM_CONF" >"$dir/slurmd.log" 2>&1
	slurm_wait 20 slurm_ready && return 0
	slurm_why="the cluster does not come up: $(tail -qn 2 "$dir"/*.log | tr '\n' ' ')"
	return 1
}

# Steps leave our process group. They have our SLURM_CONF, as nobody else has.
slurm_steps()
{
	local p

	for p in /proc/[0-9]*; do
		case $(readlink "$p/exe" 2>/dev/null) in
		*slurmstepd*) ;;
		*) continue ;;
		esac
		tr '\0' '\n' <"$p/environ" 2>/dev/null | grep -qxF "SLURM_CONF=$SLURM_CONF" && echo "${p#/proc/}"
	done
}

slurm_idle()
{
	[ -z "$(squeue -h 2>/dev/null)" ] && [ -z "$(slurm_steps)" ]
}

slurm_down()
{
	local p

	[ -n "${SLURM_CONF:-}" ] || return 0
	scancel --user="$(id -un)" 2>/dev/null
	slurm_wait 20 slurm_idle
	for p in $(slurm_steps); do
		kill -KILL "$p" 2>/dev/null
	done
}
