#!/bin/bash
# linphone.sh ZEROLINE FOLDER - Linphone's command line calls Zeroline in a network of their own: it asks when
# the clinic is open, says goodbye and waits until Zeroline hangs up. What both say is left in FOLDER.
set -euo pipefail
zeroline=$1 folder=$2 sounds=$(dirname "$0")/../../audio-fixtures
sounds=$(realpath "$sounds")
cd "$folder"
ip link set lo up
# Without its database it does not open a port.
mkdir -p .local/share/linphone
printf 'listen = "127.0.0.1:5060"\ndata = "data"\n' >zeroline.toml
cat >linphonerc <<RC
[sip]
default_proxy=-1
contact=sip:caller@127.0.0.1
guess_hostname=1
sip_port=5068
sip_tcp_port=5068
sip_tls_port=0
bind_address=127.0.0.1
use_ipv6=0
[rtp]
audio_rtp_port=17078
[video]
enabled=0
capture=0
display=0
RC
"$zeroline" serve --config zeroline.toml >zeroline.log 2>&1 &
server=$!
trap 'kill $server; wait $server || true' EXIT
for _ in $(seq 240); do
  grep -q 'listening on' zeroline.log && break
  sleep 0.5
done
waits() { # for an event of the call
  for _ in $(seq 240); do
    grep -qs "$1" data/*.jsonl && return
    sleep 0.5
  done
}
{
  sleep 3
  echo "soundcard use files"
  echo "record $folder/heard.wav"
  sleep 1
  echo "call sip:clinic@127.0.0.1:5060"
  waits '"event":"prompt_finished"'
  sleep 1
  echo "play $sounds/opening-hours.wav"
  waits '"event":"prompt_finished","text":"We are open'
  sleep 1
  echo "play $sounds/goodbye.wav"
  waits '"event":"call_ended"'
  echo "quit"
  sleep 1
} | HOME=$folder timeout 300 linphonec -c linphonerc -d 0 >linphone.log 2>&1
