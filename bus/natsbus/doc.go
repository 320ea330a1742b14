// Package natsbus is the bus over NATS: an embedded server for one process, or
// an external one for several. It is the only package that knows NATS.
//
//	server, err := natsbus.StartServer(natsbus.ServerOptions{Listen: "127.0.0.1:0", Log: log})
//	b, err := server.Connect(natsbus.EngineUser, natsbus.Options{Instruments: table, Log: log})
//	err = natsbus.WriteCredential("run/operator.nkey", server.Operator())
//
//	// in another process
//	b, err := natsbus.Connect(natsbus.Options{NkeyFile: "run/operator.nkey", Instruments: table, Log: log})
//	answer, err := b.Request(ctx, "ctl.status", nil)
//
// # Contract
//
// It keeps the contract of package bus. A subscription's handler runs on a
// goroutine of its own, so two subscriptions run side by side; SubscribeMany
// gives one ordered stream over several kinds. Requests at one subject are
// answered one after the other, and not at all when their deadline is past.
//
// A subscription takes in up to Options.Backlog events while its handler is
// behind. From a quarter of that on ticks are passed over, oldest first, and
// counted, so that orders and fills in between still arrive in order. Beyond
// it events are lost and Options.OnDrop hears of them.
//
// A message that cannot be read, or whose subject is not the one that follows
// from its content, is logged and passed over: a strategy that may publish
// signal.a cannot forge a signal of b or a fill.
//
// The server knows each user by an nkey (Ed25519; the seed is never sent) that
// is made when it starts. It opens no port unless asked, and then on loopback
// only, has no HTTP, WebSocket, MQTT, leaf node or cluster port, no store, and
// no user without a key. All its users share one account; what each may
// publish and see is a list of subjects.
//
// # Not promised
//
// Delivery: it is core NATS, at most once. A message that was on its way when
// the link broke is lost without an error. Requests to two services at one
// subject on two connections go to both, and the first answer counts. The
// clocks of two machines must agree for deadlines to mean what they say.
package natsbus
