// Package filelog keeps the log of a company in a file: the log for a service that
// has no database, or wants none for this.
//
//	log, err := filelog.Open(ctx, "/var/lib/acme/acme.log", nil)
//	…
//	defer log.Close()
//	acme, err := company.Open(ctx, log, &company.Config{
//		Keeper: filelog.NewKeeper("/var/backups/acme.checkpoint"),
//	})
//
// # Where to begin
//
//   - one log: [Open], [Options], [Log]
//   - the logs of many companies in one directory: [OpenDir], [Dir]
//   - a checkpoint kept outside the log: [NewKeeper], [Keeper]
//   - a file that does not open any more: [Inspect], [Damage], [Damage.Cut]
//
// # Rules
//
//  1. A file has the lines of package audit, one for each event, and nothing else:
//     [audit.ReadLines] and [audit.Verify] read it, and so do grep and tail.
//  2. When [Log.Append] returns nil, the event is on the disk: it was written with
//     one write and synced. It survives the end of the process, of the system, and
//     a loss of power, on a disk that keeps what it was told to sync.
//  3. Processes of one host take turns: each append, and each look at the end, has
//     the lock of the file. What another process wrote is taken in first. Its last
//     line is written again and synced before anybody builds on it, as whoever
//     wrote it may have ended before it was.
//  4. If a write or a sync fails, the event is in doubt. Nothing is synced a second
//     time: systems forget what they failed to write. Whoever looks next, under the
//     lock, writes what is whole again (rule 3), and cuts off what is torn (rule 5).
//  5. A last line that a crash can have left so is torn, and cut off: it has no line
//     feed, or has NUL bytes where whole sectors were not written. Nobody was told
//     that it is stored. If nothing but its line feed is missing, it is kept.
//  6. Everything else that is not the next event is damage: [audit.ErrDamaged], with
//     the event and the byte. So is a file that does not begin as a log, and a line
//     with another byte in the place of its line feed. [Open] looks at the first
//     line and at the end, and Events at each event: its form, its hash, and that it
//     continues the one before. Damage is never cut off, and never skipped. [Inspect]
//     says what is wrong and what would be lost; [Damage.Cut] cuts, after it has made
//     a copy.
//  7. A file of another version is refused: [audit.ErrVersion]. So is a file that
//     was put in the place of the one that is open: [ErrReplaced].
//  8. Where there is no lock that processes share, a log opens for reading only. That
//     is on systems other than Linux, macOS, the BSDs and Windows.
//  9. In a [Dir], the keys of an event are in the index, the file "keys", before the
//     event is in its log. All who write pass the same keys. If the file is removed,
//     it is made again from the logs.
//
// # What it does not promise
//
// No file systems over a network: their locks and syncs are not to be relied on. A
// bit that flips on the disk is found when it is read, and not repaired; where a
// whole sector of the last line became zeros, it looks torn. A file that was cut at the end of a line, or an old copy of
// it, is a log in order: only a [Keeper] elsewhere tells.
//
// # Backup and restore
//
// Copy the file, also while it is written: cp, rsync or a snapshot of the file
// system. A copy ends with a whole line or with a torn one, which is cut off when the
// copy is opened. To restore, stop the service, put the copy in the place of the
// file, and start. With a Keeper, a copy that is older than the last checkpoint does
// not open; if what is missing is lost for good, remove the file of the Keeper, and
// know that changes are gone which somebody was told were made. Of a directory, leave
// out the file "keys", or remove it after restoring: one that is older than the logs
// would leave companies out. For a copy that is verified on the way, or into another
// kind of log, use [audit.Copy].
//
// # Zero values
//
// The zero [Options] are those of a log that is written. The zero [Log], [Dir] and
// [Keeper] are not ready. The zero [Damage] is none.
//
// # Concurrency
//
// All methods are safe for concurrent use, by other processes of the same host too.
// Reading a loop of events holds no lock.
//
// # Errors
//
// Errors are an [*Error], or an [*audit.Error] where that package found what is
// wrong with an event.
package filelog
