insmod /causeway.ko || exit 1
for e in psync libaio io_uring; do
fio --name=t --filename=/dev/causeway0 --ioengine=$e --rw=randwrite --bs=16k --size=1m --offset_increment=1m --numjobs=2 --iodepth=32 --verify=crc32c --thread --group_reporting --direct=0 2>&1 | grep -E "err=|WRITE|READ|fio:"
done
