// Package natslog keeps the logs of companies in a stream of NATS JetStream, on three
// nodes: for a service that runs NATS already, and has to go on when a node is lost.
//
//	js, err := jetstream.New(nc)
//	…
//	store, err := natslog.Open(ctx, js, &natslog.Options{
//		Keys:     company.Keys,
//		Monitors: []string{"http://10.0.0.1:8222", "http://10.0.0.2:8222", "http://10.0.0.3:8222"},
//	})
//	…
//	log, err := store.Log(ctx, "acme")
//	acme, err := company.Open(ctx, log, &company.Config{Keeper: filelog.NewKeeper("/var/backups/acme.checkpoint")})
//
// # Where to begin
//
//   - make the stream once: [Create]
//   - every start after that: [Open], [Options], [Store], [Log]
//
// README.md tells how to set up the servers, what was measured, and what is known
// against JetStream.
//
// # Rules
//
//  1. All logs are in one stream. A log is one subject, STREAM.log.NAME, and an event
//     one message: its line as package audit writes it. A key of an event is an empty
//     message with a subject of its own, STREAM.key.SHA-256.NAME, stored before the event.
//  2. An event is stored on the condition that the last message of its subject is the
//     event before it, by its place in the stream. The leader checks that, and every
//     node again when it stores. So of two writers one wins, also during a change of
//     leaders, and a message that lands late lands in its place or not at all.
//  3. When [Log.Append] returns nil, a majority of the nodes has stored the event, and
//     synced it if they are all set to sync_interval: always.
//  4. An answer that is neither yes nor no is asked for again, until [Options.Patience]
//     is over: [ErrNoAnswer]. Then the event is in doubt; append it again. Nothing but
//     what is stored in its place makes a conflict.
//  5. Before a read, a message is written to STREAM.barrier, which only a majority can
//     confirm, and then a node is asked that has it: how many messages the log has. So
//     what is read has everything that was confirmed before. Without that, a leader that
//     was cut off, or stopped for a while, answers with what it had. The message is gone
//     after ten seconds. Watch does without, and Events with [Options.Stale].
//  6. [Open] refuses a stream that may lose what it confirmed: one with limits, too few
//     replicas, deleting or purging allowed, and so on; [audit.ErrWeak]. Whether a node
//     syncs, only its monitoring tells: give [Options.Monitors].
//  7. Reading checks the form and the hash of each event, its place, and that it
//     continues the one before. Anything else is [audit.ErrDamaged].
//
// # What it does not promise
//
// It is as safe as a majority of the disks. A node whose disk changed or lost
// something may bring the others to do the same, and membership that changes while
// nodes are cut off may lose what was confirmed. Without a majority nothing is
// written, and nothing read that has to be current. A log that lost its end, or all of
// it, is a log in order: only an [audit.Keeper] outside of NATS tells.
//
// # Zero values
//
// The zero [Options] are those of a stream "AMBIT" in three replicas. The zero [Store]
// and [Log] are not ready.
//
// # Concurrency
//
// All methods are safe for concurrent use, by any number of processes.
//
// # Errors
//
// Errors are an [*Error], or an [*audit.Error] where that package found what is wrong
// with an event. They wrap [ErrNoStream], [ErrForeign], [ErrUnsuitable], [ErrNoAnswer],
// a sentinel of package audit, or the error of the client.
package natslog
