#!/usr/bin/env bash
# base.sh ROOT: lays out the file tree of the stand-in base image, from Debian's
# static busybox and bash. Builds run on it under whatever name a Dockerfile
# gives in FROM, so it answers the commands that templates use: what would fetch
# from a network only notes its arguments in /var/log/stand-in.log and succeeds.
set -euo pipefail
root=${1:?usage: base.sh ROOT}
tool() { if [[ -e ${FORMWORK_TOOLS:-}/$1 ]]; then echo "$FORMWORK_TOOLS/$1"; else command -v "$1"; fi; }
busybox=$(tool busybox) bash=$(tool bash-static)

mkdir -p "$root"/{bin,dev,etc,home,mnt,opt,proc,run,srv,sys,sbin,root,tmp} \
  "$root"/usr/{bin,sbin,lib,share,local/{bin,sbin,lib,share,etc}} "$root"/var/{lib,log,tmp,cache,www/html} \
  "$root"/etc/{profile.d,apt/{sources.list.d,keyrings,apt.conf.d},systemd/system,default,cron.d,ssl/certs} \
  "$root"/usr/share/keyrings "$root"/var/{lib/apt/lists,cache/apt}
chmod 0700 "$root/root"
chmod 1777 "$root/tmp" "$root/var/tmp"
install -m 0755 "$busybox" "$root/bin/busybox"
install -m 0755 "$bash" "$root/bin/bash"

# Debian's busybox answers to the names of package managers too: those are ours.
pretends=' busybox dpkg dpkg-deb rpm rpm2cpio linuxrc init halt poweroff reboot wget adduser addgroup deluser delgroup passwd chpasswd su '
for applet in $("$busybox" --list); do
  [[ $pretends == *" $applet "* ]] || ln -s busybox "$root/bin/$applet"
done
for applet in deluser delgroup chpasswd su; do ln -s busybox "$root/bin/$applet"; done
ln -s /bin/busybox "$root/usr/bin/env"
ln -s /bin/bash "$root/usr/bin/bash"

printf '%s\n' root:x:0:0:root:/root:/bin/sh daemon:x:1:1:daemon:/usr/sbin:/bin/false \
  www-data:x:33:33:www-data:/var/www:/bin/false ubuntu:x:1000:1000::/home/ubuntu:/bin/sh \
  nobody:x:65534:65534:nobody:/nonexistent:/bin/false >"$root/etc/passwd"
printf '%s\n' root:x:0: daemon:x:1: sudo:x:27: www-data:x:33: users:x:100: ubuntu:x:1000: \
  nogroup:x:65534: >"$root/etc/group"
printf '%s\n' 'root:*:19000:0:99999:7:::' >"$root/etc/shadow"
printf '%s\n' 'ID=debian' 'NAME="Stand-in"' 'PRETTY_NAME="Stand-in"' 'VERSION_ID="12"' 'VERSION_CODENAME=bookworm' \
  >"$root/etc/os-release"
touch "$root/etc/apt/sources.list"

cat >"$root/usr/bin/stand-in" <<'SH'
#!/bin/sh
# Plays every program that the stand-in image lacks: notes the call, succeeds.
name=${0##*/}
printf '%s' "$name" >> /var/log/stand-in.log 2>/dev/null
for word in "$@"; do printf ' [%s]' "$word" >> /var/log/stand-in.log 2>/dev/null; done
echo >> /var/log/stand-in.log 2>/dev/null
case $name in
  apt-get | apt | apk | yum | dnf | microdnf | tdnf | zypper | pacman)
    # An installed package leaves a program and the folders of a web server.
    verb=
    for word in "$@"; do
      case $word in
        install | add | in) verb=install ;;
        -*) ;;
        *[!a-zA-Z0-9.+_-]*) ;;
        *)
          if [ "$verb" = install ] && ! command -v "$word" > /dev/null; then
            ln -s /usr/bin/stand-in "/usr/bin/$word"
            mkdir -p "/etc/$word/conf.d"
          fi
          ;;
      esac
    done
    ;;
  curl | wget)
    # -o FILE, -O FILE: the file is there afterwards.
    while [ $# -gt 0 ]; do
      case $1 in
        -o | -O | --output | --output-document) [ -z "${2:-}" ] || [ "$2" = - ] || : > "$2" ;;
      esac
      shift
    done
    ;;
  sudo | doas | gosu | su-exec)
    while [ $# -gt 0 ]; do
      case $1 in
        -u | -g) shift 2 ;;
        -*) shift ;;
        *=*) export "$1"; shift ;;
        *) break ;;
      esac
    done
    [ $# -eq 0 ] || exec "$@"
    ;;
  gpg) cat > /dev/null ;;
  useradd)
    for user in "$@"; do :; done
    grep -q "^$user:" /etc/passwd || echo "$user:x:$((1000 + $(wc -l < /etc/passwd))):100::/home/$user:/bin/sh" >> /etc/passwd
    ;;
  groupadd)
    for group in "$@"; do :; done
    grep -q "^$group:" /etc/group || echo "$group:x:$((1000 + $(wc -l < /etc/group))):" >> /etc/group
    ;;
esac
SH
chmod 0755 "$root/usr/bin/stand-in"
for name in apt-get apt apt-key apt-cache apt-mark add-apt-repository apk yum yum-config-manager dnf microdnf tdnf \
  zypper pacman rpm dpkg dpkg-reconfigure debconf-set-selections curl wget git gpg sudo systemctl service useradd \
  usermod userdel groupadd groupmod update-ca-certificates locale-gen update-locale pip pip3 npm gem unattended-upgrade; do
  ln -s stand-in "$root/usr/bin/$name"
done
